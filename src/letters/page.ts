import { type EnteredField, enteredNames } from '../correspondence/entered-fields.ts';
import type { IncidentRow, LetterRow } from '../database/tables.ts';
import type { DispatchView } from '../mail-out/dispatch-view.ts';
import type { Worked } from '../outcomes/view.ts';
import { addressOf } from '../providers/playbook.ts';
import type { FormField, Provider, Route } from '../providers/schema.ts';
import { type FormProblem, problemView } from '../web/forms.ts';
import { claimsView, type StoredClaim } from './claims/claims-view.ts';
import { counted } from './counted.ts';
import type { Draft } from './draft.ts';
import type { EarlierAnswer } from './earlier-answer.ts';
import { sameText } from './editor/template-text.ts';
import { type LetterFacts, type Missing, refusedSince, stillMissing } from './facts.ts';
import { fillFields } from './forms/form-fields.ts';
import type { GateFacts } from './gate/finding.ts';
import type { Judgement } from './gate/judge.ts';
import { gateView } from './gate/page.ts';
import { LANGUAGES, type Language } from './language.ts';
import { isInTicket, isToDesk, roundWords } from './rounds.ts';
import type { LetterTemplate } from './templates.ts';
import type { Side } from './wording-trials/trial.ts';

type Input = {
  letter: LetterRow;
  incident: IncidentRow;
  provider: Provider | undefined;
  template: LetterTemplate;
  /** As it is in force now. */
  newestTemplate: LetterTemplate;
  /** Which of two wordings that are compared its turn gave it; null: it is in no comparison. */
  side: Side | null;
  draft: Draft;
  facts: LetterFacts;
  route: Route | undefined;
  entered: EnteredField[];
  overrides: { kind: string; key: string; about: string; reason: string; by_name: string }[];
  /** What other letters of the incident were sent in spite of. */
  earlier: EarlierAnswer[];
  /** What became of letters like it at this provider. */
  worked: { provider: string; ofTemplate: Worked | null; ofRound: Worked | null };
  /** What the gate says to the text as it stands. */
  judged: Judgement & { facts: GateFacts };
  /** The newest look at the evidence of the incident. */
  check: { parts: number; parts_done: number; finished_at: Date | null } | undefined;
  before: {
    id: number;
    incident_number: number;
    round: string;
    sent_at: Date | null;
    title: string;
    mitigated_at: Date | null;
  }[];
  typed: Record<string, string>;
  problem: FormProblem | undefined;
  zone: string;
  canWrite: boolean;
  now: string;
  channels: { key: string; words: string }[];
  accounts: { id: number; name: string; from_address: string }[];
  /** Whom it usually goes to. */
  mailTo: string;
  /** The mail that was made of it; null: none. */
  dispatch: DispatchView | null;
};

const CHANNEL_OF: Partial<Record<Route['kind'], string>> = {
  portal: 'portal',
  form: 'form',
  'self-service': 'form',
};

/** How this letter usually leaves: by the provider's form, and from then on in the ticket's own thread. */
const usualChannel = (round: string, route: Route | undefined) => {
  if (!isToDesk(round)) return 'email';
  const first = CHANNEL_OF[route?.kind ?? 'email'] ?? 'email';
  return first === 'form' && isInTicket(round) ? 'email' : first;
};

/** Fields whose text is being written on this page: their copy is taken from there, not from what was saved. */
const LIVE: Partial<Record<FormField['value'], string>> = { letter: 'text', subject: 'subj' };

/** What the form asks and no record can answer is answered there. */
const emptyWords = (missing: boolean, route: Route) => ({
  label: missing ? `${route.kind === 'email' ? 'they ask' : 'the form asks'}, we do not know` : '',
  placeholder: missing ? 'Fill in there, or in the profile' : 'Answer it there',
});

function routeView(
  route: Route,
  facts: LetterFacts,
  letter: { round: string; subject: string; body: string; language: Language; claims: StoredClaim[] },
  typed: Record<string, string>,
) {
  const inTicket = isInTicket(letter.round) && route.kind !== 'portal' && route.kind !== 'self-service';
  return {
    name: route.name,
    kind: route.kind,
    url: inTicket ? '' : (route.url ?? ''),
    address: addressOf(route, facts.refusal?.text ?? '') ?? '',
    notes: route.notes,
    inTicket: inTicket && route.kind !== 'email',
    order: route.kind === 'email' ? 'what they want to read' : 'in the form’s order',
    takesLetter:
      route.kind === 'email' ||
      route.fields.length === 0 ||
      route.fields.some((field) => field.value === 'letter'),
    fields: fillFields(route, facts, letter).map((field, index) => {
      const source = route.fields[index]?.value ?? 'asked';
      const names = enteredNames(index + 1);
      return {
        ...field,
        position: index + 1,
        id: `ff-${field.key}`,
        names,
        source: LIVE[source] ? source : '',
        written: LIVE[source] ? field.value : (typed[names.value] ?? field.value),
        copy: LIVE[source] ?? `ff-${field.key}`,
        empty: field.value === '' ? emptyWords(field.missing, route) : null,
        long: field.value.length > 45,
        steps: field.steps.map((value, at) => ({ value, id: `ff-${field.key}-${at + 1}`, number: at + 1 })),
        shortId: `ff-${field.key}-short`,
        shortLength: counted(field.shortened, route.fields[index] ?? {}),
      };
    }),
  };
}

/** All that the composer shows: the text, its claims, the form's fields, and what stands in the way of sending. */
export function composerView(input: Input) {
  const { letter, template, draft, facts, route, typed, problem } = input;
  const isSent = letter.state === 'sent';
  const kept = letter.claims as StoredClaim[];
  const claims: StoredClaim[] = isSent ? kept : draft.claims;
  const written = { subject: typed['subject'] ?? letter.subject, body: typed['body'] ?? letter.body };
  const text = isSent ? letter : written;
  const shown = claimsView({
    incident: letter.incident_number,
    letter: letter.id,
    claims,
    written: kept,
    overrides: input.overrides,
    earlier: input.earlier,
    isSent,
    addresses: facts.addresses,
    domains: facts.profile.sendingDomains,
    check: input.check,
  });
  const missing = isSent ? [] : stillMissing({ ...letter, ...text });
  const unknown = new Set(draft.missing.map((one) => one.key));
  const here = `/incidents/${letter.incident_number}/letters/${letter.id}`;
  const gate = gateView(input.judged, text, input.overrides, input.earlier);
  const obstacles = [
    [missing.length, 'missing'],
    [shown.blocking.length, 'contradicted'],
    [isSent ? 0 : gate.stops.length, 'to mend'],
  ].flatMap(([n, words]) => (n ? [`${n} ${words}`] : []));
  return {
    number: letter.incident_number,
    incidentTitle: input.incident.title,
    letter: {
      id: letter.id,
      title: template.title,
      language: letter.language,
      languageName: LANGUAGES[template.language],
      round: roundWords(letter.round),
      subject: text.subject,
      words: text.body,
      length: text.body.length,
      version: letter.version,
      updatedAt: letter.updated_at,
      sentAt: letter.sent_at,
      channel: input.channels.find((one) => one.key === letter.channel)?.words ?? '',
      templateVersion: template.version ?? 0,
      templateHref: `/settings/letters/${letter.template}/${letter.language}`,
      /** Which of two wordings its turn gave it, A or B; empty: it is in no comparison. */
      side: input.side?.toUpperCase() ?? '',
      /** Somebody changed the template since. */
      newerTemplate:
        !isSent &&
        template.version !== input.newestTemplate.version &&
        !sameText(template, input.newestTemplate),
      outdated:
        !isSent &&
        draft.body !== letter.body &&
        (draft.body !== letter.base_body || draft.subject !== letter.base_subject),
    },
    when: template.when,
    ...shown,
    needsFact:
      !isSent &&
      letter.round === 'second-review' &&
      !claims.some((claim) => claim.status === 'supported' && claim.key !== 'refusal-fresh'),
    missing: missing
      .filter((one) => unknown.has(one.key))
      .map((one) => ({
        ...one,
        href: placeOf(one, letter.incident_number, here),
      })),
    /** Gaps that the facts of by now would fill. */
    gaps: missing.filter((one) => !unknown.has(one.key)).map((one) => one.label),
    back: here,
    /** What was entered in the provider's form, when it went by one. */
    entered: input.entered.map((field) => ({
      ...field,
      isText: field.value.trim() === letter.body.trim(),
    })),
    canRecord: !isSent && input.canWrite,
    ready: obstacles.length === 0,
    /** What keeps it from being sent, counted. */
    obstacles,
    gate,
    /** Stops that were overridden, with the reasons. */
    inSpite: input.overrides.filter((one) => one.kind === 'finding'),
    refusedBefore:
      !isSent && letter.round === 'second-review' && facts.lastReply !== null && !refusedSince(facts),
    route:
      route && isToDesk(letter.round)
        ? routeView(
            route,
            facts,
            {
              subject: text.subject,
              body: text.body,
              round: letter.round,
              language: template.language,
              claims,
            },
            typed,
          )
        : null,
    reference: typed['reference'] ?? facts.ticketReference,
    channel: typed['channel'] ?? usualChannel(letter.round, route),
    at: typed['at'] ?? '',
    channels: input.channels,
    accounts: input.accounts.map((one) => ({
      id: one.id,
      words: `${one.name}, ${one.from_address}`,
      isChosen: String(one.id) === typed['account'],
    })),
    mailTo: typed['mailTo'] ?? input.mailTo,
    dispatch: input.dispatch,
    zone: input.zone,
    now: input.now,
    worked: input.worked,
    hasHistory: input.before.length > 0 || input.worked.ofTemplate !== null || input.worked.ofRound !== null,
    before: input.before.map((one) => ({
      ...one,
      round: roundWords(one.round),
      ms: one.sent_at && one.mitigated_at ? one.mitigated_at.getTime() - one.sent_at.getTime() : 0,
    })),
    /** What somebody else was writing when it was sent: shown, so that it is not lost. */
    unsent: isSent && plainText(written) !== plainText(letter) ? written : null,
    ...problemView(problem),
  };
}

const plainText = ({ subject, body }: { subject: string; body: string }) =>
  `${subject}\n${body}`.replace(/\r\n?/g, '\n').trim();

/** Where what is missing is filled in. */
function placeOf({ key, where }: Missing, incident: number, here: string): string {
  const places = {
    profile: `/settings/profile?back=${here}#${fieldId(key)}`,
    incident: `/incidents/${incident}`,
    evidence: `/incidents/${incident}/evidence/new?claim=new-ip-warmup&back=${here}`,
    letter: '#text',
  };
  return places[where];
}

const FIELD_IDS: Record<string, string> = {
  'contact-name': 'contactName',
  'contact-email': 'contactEmail',
  'sending-domains': 'sendingDomains',
};
const fieldId = (need: string) => FIELD_IDS[need] ?? need;
