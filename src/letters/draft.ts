import type { Verdict } from '../providers/schema.ts';
import { type Claim, claimWords } from './claims.ts';
import { gap, type LetterFacts, type Missing, missingOf, type Need, refusedSince } from './facts.ts';
import { BLANKS, joinArticles, type Language, letterList } from './language.ts';
import { insideSentence, type LetterData } from './template/claim-data.ts';
import { renderForms } from './template/interpret.ts';
import { valuesOf } from './template/values.ts';
import type { LetterTemplate } from './templates.ts';

export type Draft = { subject: string; body: string; claims: Claim[]; missing: Missing[] };

/** One line, whatever somebody put into a field: a subject with a line end in it would become a header. */
export const oneLine = (text: string) => text.replace(BLANKS, ' ').trim();

/** Blanks at line ends, empty bullets and double empty lines go: what was left out leaves no trace. */
export function tidy(text: string): string {
  return `${text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '–')
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

const HOUR = 3_600_000;
/** Until when we say that we will do what is not done yet. */
const SOON = 7 * 24 * HOUR;
/** More addresses than this do not fit a subject; the first line of the letter names them all. */
const IN_SUBJECT = 3;
const MAX_QUOTE = 240;
const LIFTED: Verdict[] = ['mitigated', 'conditionally-mitigated'];

const A_DAY: Record<Language, string> = {
  en: 'messages a day',
  de: 'Nachrichten am Tag',
  fr: 'messages par jour',
  it: 'messaggi al giorno',
  es: 'mensajes al día',
  nl: 'berichten per dag',
};
/** `about 1,100` and `1100` get their unit; `40,000 a week` has one. */
const volumeOf = (volume: string, language: Language) =>
  /\p{L}{3,}\D{0,40}$/u.test(volume) || volume === '' ? volume : `${volume} ${A_DAY[language]}`;

const quoteOf = (quote: string) => (quote.length > MAX_QUOTE ? `${quote.slice(0, MAX_QUOTE)} …` : quote);

/** The facts as templates see them, with gaps where something is missing. */
function variablesOf(facts: LetterFacts, missing: Missing[], language: Language) {
  const lacks = (need: Need) => missing.some((one) => one.key === need);
  const or = (need: Need, value: string) => oneLine(value) || gap(need);
  const { profile, incident, lastReply } = facts;
  const addresses = facts.addresses.length > 0 ? facts.addresses : [gap('addresses')];
  return {
    ...facts,
    providerName: oneLine(facts.providerName),
    addresses,
    address: letterList(addresses, language, IN_SUBJECT),
    ticketReference: lacks('ticket-reference') ? gap('ticket-reference') : oneLine(facts.ticketReference),
    refusal: {
      text: facts.refusal?.text.trim() || gap('refusal'),
      at: facts.refusal?.at ?? null,
      codes: oneLine(facts.refusal?.codes ?? ''),
    },
    refusedSince: refusedSince(facts),
    hostname: oneLine(facts.hostnames[0] ?? ''),
    blockCode: oneLine(facts.blockCode),
    recipientDomains: facts.recipientDomains.map(oneLine),
    lastReply: lastReply ? { ...lastReply, quote: quoteOf(insideSentence(lastReply.quote)) } : null,
    lifted: lastReply !== null && LIFTED.includes(lastReply.verdict),
    temporary: incident.temporary,
    firstRejectionAt: incident.firstRejectionAt,
    lastRejectionAt: incident.lastRejectionAt,
    rejectionCount: incident.rejectionCount > 1 ? String(incident.rejectionCount) : '',
    affected: insideSentence(incident.affected),
    soon: new Date(facts.now.getTime() + SOON),
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

/** A letter from a template: only what holds is stated. Pure. Throws the problem `invalid` when it becomes too long. */
export function draftLetter(template: LetterTemplate, facts: LetterFacts, claims: Claim[]): Draft {
  const used = claims
    .filter((claim) => template.claims.includes(claim.key))
    .map((claim) =>
      claim.status === 'supported' ? { ...claim, words: claimWords(claim, template.language) } : claim,
    );
  const missing = missingOf(template.needs, facts);
  const values = valuesOf(variablesOf(facts, missing, template.language));
  const letter: LetterData = {
    claims: new Map(used.map((claim) => [claim.key, claim])),
    language: template.language,
    stated: new Map(),
  };
  const inLanguage = (text: string) => joinArticles(text, template.language);
  const subject = oneLine(inLanguage(renderForms(template.forms.subject, values, letter))).slice(0, 300);
  const body = tidy(inLanguage(renderForms(template.forms.body, values, letter)));
  return {
    subject,
    body,
    claims: used.map((claim) => ({ ...claim, stated: letter.stated.get(claim.key) ?? null })),
    missing,
  };
}
