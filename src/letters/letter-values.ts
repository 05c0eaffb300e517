import type { Verdict } from '../providers/schema.ts';
import { gap, type LetterFacts, type Missing, type Need, refusedSince } from './facts.ts';
import { happenedOf } from './happened.ts';
import {
  BLANKS,
  type Language,
  letterDay,
  letterList,
  letterMonth,
  letterNumber,
  letterShare,
  letterSpan,
} from './language.ts';
import { insideSentence } from './template/claim-data.ts';

/** One line, whatever somebody put into a field: a subject with a line end in it would become a header. */
export const oneLine = (text: string) => text.replace(BLANKS, ' ').trim();

const HOUR = 3_600_000;
/** Until when we say that we will do what is not done yet. */
const SOON = 7 * 24 * HOUR;
/** When we write again, whatever there is to say. */
const NEXT_UPDATE = 24 * HOUR;
/** Weeks that a plan shows while nobody has written one down. */
const EMPTY_PLAN = [1, 2, 3, 4];
/** More addresses than this do not fit a subject; the first line of the letter names them all. */
const IN_SUBJECT = 3;
const MAX_QUOTE = 240;
/** A desk that names our traffic is answered with figures of it. */
const ABOUT_VOLUME =
  /traffi|trafic|tráfico|volum|spike|irr[eé]gul|irregol|unusual|inhabituel|inusual|insolit|sending pattern/i;
const LIFTED: Verdict[] = ['mitigated', 'conditionally-mitigated'];

const A_DAY: Record<Language, string> = {
  en: 'messages a day',
  de: 'Nachrichten am Tag',
  fr: 'messages par jour',
  it: 'messaggi al giorno',
  es: 'mensajes al día',
  nl: 'berichten per dag',
};
/** Who refuses by a list or a filter of others; in German as after “an”. */
const RECEIVERS: Record<Language, string> = {
  en: 'some recipients',
  de: 'einen Teil der Empfänger',
  fr: 'une partie des serveurs destinataires',
  it: 'una parte dei server destinatari',
  es: 'una parte de los servidores de destino',
  nl: 'een deel van de ontvangers',
};
/** `about 1,100` and `1100` get their unit; `40,000 a week` has one. */
const volumeOf = (volume: string, language: Language) =>
  /\p{L}{3,}\D{0,40}$/u.test(volume) || volume === '' ? volume : `${volume} ${A_DAY[language]}`;

const quoteOf = (quote: string) => (quote.length > MAX_QUOTE ? `${quote.slice(0, MAX_QUOTE)} …` : quote);

/** To the second, for desks that look it up in their logs. */
const stampOf = (at: Date | null) =>
  at ? `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 19)} UTC` : '';

/** One is nothing to count. */
const counted = (count: number, language: Language) => (count > 1 ? letterNumber(count, language) : '');

/** What has happened so far, as rows and figures of a letter. */
function courseOf(facts: LetterFacts, language: Language) {
  const { incident, traffic, usual, lastReply } = facts;
  const number = (value: number) => letterNumber(value, language);
  const requests = facts.requests.map((one) => ({
    at: one.at,
    reference: oneLine(one.reference),
    by: oneLine(one.by),
    answeredAt: one.answer?.at ?? null,
    answer: quoteOf(insideSentence(one.answer?.quote ?? '')),
  }));
  return {
    incidentNumber: String(incident.number),
    openedAt: incident.openedAt,
    firstAnswerAt: incident.firstAnswerAt,
    mitigatedAt: incident.mitigatedAt,
    recoveredAt: incident.recoveredAt,
    isInvestigating: incident.state === 'open',
    isIdentified: incident.state === 'awaiting-provider' || incident.state === 'action-needed',
    isMonitoring: incident.state === 'mitigated',
    isResolved: incident.state === 'recovered' || incident.state === 'closed',
    requests,
    happened: happenedOf(facts, requests),
    questions: facts.questions.map((text, index) => ({
      number: String(index + 1),
      text: oneLine(text),
      answer: gap('answers'),
    })),
    volumeDoubted: ABOUT_VOLUME.test(lastReply?.quote ?? ''),
    volumeWeeks: facts.volumeWeeks.map(({ from, to, least, most }) => ({
      from,
      to,
      least: number(least),
      most: number(most),
    })),
    traffic: traffic && {
      accepted: number(traffic.accepted),
      refused: number(traffic.refused),
      share: letterShare(traffic.refused, traffic.accepted + traffic.refused, language),
    },
    addressRows: facts.addressRows.map((row) => ({
      address: row.address,
      hostname: oneLine(row.hostname),
      use: insideSentence(row.use),
      isListed: row.listed === true,
      isClean: row.listed === false,
      perDay: row.perDay === null ? '' : number(row.perDay),
    })),
    earlier: facts.earlier.map(({ number: of, at, liftedAt }) => ({ number: String(of), at, liftedAt })),
    usual: usual && {
      count: number(usual.count),
      median: letterSpan(usual.median, language),
      most: letterSpan(usual.most, language),
    },
  };
}

/** The plan for a new address; what nobody has written down stands as a gap. */
function newAddressOf({ warmUp }: LetterFacts, lacks: (need: Need) => boolean, language: Language) {
  const weeks = warmUp?.weeks ?? [];
  return {
    startDate: warmUp?.startsAt
      ? letterDay(warmUp.startsAt, language)
      : lacks('start-date')
        ? gap('start-date')
        : '',
    movedFrom: insideSentence(warmUp?.movedFrom ?? '') || (lacks('moved-from') ? gap('moved-from') : ''),
    plan: weeks.length
      ? weeks.map(({ week, daily }) => ({ week: String(week), daily: insideSentence(daily) }))
      : lacks('warm-up-plan')
        ? EMPTY_PLAN.map((week) => ({ week: String(week), daily: gap('warm-up-plan') }))
        : [],
  };
}

/** The facts as templates see them, with gaps where something is missing. */
export function variablesOf(facts: LetterFacts, missing: Missing[], language: Language) {
  const lacks = (need: Need) => missing.some((one) => one.key === need);
  const or = (need: Need, value: string) => oneLine(value) || gap(need);
  const { profile, incident, lastReply } = facts;
  const addresses = facts.addresses.length > 0 ? facts.addresses : [gap('addresses')];
  return {
    ...courseOf(facts, language),
    ...newAddressOf(facts, lacks, language),
    providerName: oneLine(facts.providerName),
    usedByOthers: facts.usedByOthers,
    receiver: facts.usedByOthers ? RECEIVERS[language] : oneLine(facts.providerName),
    addresses,
    address: letterList(addresses, language, IN_SUBJECT),
    ticketReference: lacks('ticket-reference') ? gap('ticket-reference') : oneLine(facts.ticketReference),
    refusal: {
      text: facts.refusal?.text.trim() || gap('refusal'),
      at: facts.refusal?.at ?? null,
      stamp: stampOf(facts.refusal?.at ?? null),
      codes: oneLine(facts.refusal?.codes ?? ''),
    },
    refusedSince: refusedSince(facts),
    lastLetter: facts.lastLetter,
    // Of several addresses, one name would be taken for the name of all.
    hostname: facts.addresses.length > 1 ? '' : oneLine(facts.hostnames[0] ?? ''),
    blockCode: oneLine(facts.blockCode),
    recipientDomains: facts.recipientDomains.map(oneLine),
    lastReply: lastReply ? { ...lastReply, quote: quoteOf(insideSentence(lastReply.quote)) } : null,
    lifted: lastReply !== null && LIFTED.includes(lastReply.verdict),
    temporary: incident.temporary,
    beganAt: incident.beganAt,
    firstRejectionAt: incident.firstRejectionAt,
    liftedBefore: incident.liftedBefore,
    lastRejectionAt: incident.lastRejectionAt,
    rejectionCount: counted(incident.rejectionCount, language),
    recipientCount: counted(incident.recipients, language),
    affected: insideSentence(incident.affected),
    soon: new Date(facts.now.getTime() + SOON),
    nextUpdate: new Date(Math.ceil((facts.now.getTime() + NEXT_UPDATE) / HOUR) * HOUR),
    today: facts.now,
    listName: oneLine(facts.list?.name ?? ''),
    deadList: {
      name: lacks('dead-list') ? gap('dead-list') : oneLine(facts.list?.name ?? ''),
      ended: facts.list?.ended ? letterMonth(facts.list.ended, language) : '',
    },
    account: gap('account'),
    abuseEvidence: gap('abuse-evidence'),
    lock: gap('lock'),
    sampleHeaders: gap('sample-headers'),
    decision: gap('decision'),
    prevention: gap('prevention'),
    volume: volumeOf(insideSentence(profile.dailyVolume), language),
    profile: {
      ...profile,
      name: or('name', profile.name),
      website: lacks('website') ? gap('website') : oneLine(profile.website),
      contactName: or('contact-name', profile.contactName),
      contactEmail: or('contact-email', profile.contactEmail),
      contactPhone: oneLine(profile.contactPhone),
      sendingDomains:
        profile.sendingDomains.length > 0 ? profile.sendingDomains.map(oneLine) : [gap('sending-domains')],
      mailKinds: insideSentence(profile.mailKinds),
      optIn: insideSentence(profile.optIn),
    },
  };
}
