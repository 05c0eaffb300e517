import type { Insertable } from 'kysely';
import { parseNetwork } from '../addresses/address.ts';
import { type EnteredField, hasFields } from '../correspondence/entered-fields.ts';
import { excerptOf, type OutgoingMail, recordLetter, requestSent } from '../correspondence/store.ts';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Channel, LetterOverridesTable, LetterRow } from '../database/tables.ts';
import { askForCheck, lastCheck } from '../evidence/checks.ts';
import { lockIncident } from '../incidents/store.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import type { Provider } from '../providers/schema.ts';
import { ensureTicket } from '../tickets/store.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { kindsToCheck } from './claim-help.ts';
import { CLAIM_KEYS, type Claim, judgeClaims } from './claims.ts';
import { isInTheWay, type StoredClaim } from './claims-view.ts';
import { draftLetter } from './draft.ts';
import { type LetterFacts, type Missing, stillMissing } from './facts.ts';
import type { Finding } from './gate/finding.ts';
import { stopsOf, stopWords } from './gate/judge.ts';
import { readJudgement } from './gate/store.ts';
import { oneLine } from './letter-values.ts';
import type { LetterLibrary } from './library.ts';
import { mergeEdits } from './merge-edits.ts';
import { beginsRound, isRequest, isToDesk, roundWords } from './rounds.ts';
import { readSources } from './sources.ts';
import type { LetterTemplate } from './templates.ts';
import { takeTurn } from './wording-trials/turn.ts';

export async function getLetter(db: Db | Trx, id: number): Promise<LetterRow> {
  const row = await db
    .selectFrom('letters')
    .selectAll()
    .where('id', '=', id)
    .where('state', '!=', 'discarded')
    .executeTakeFirst();
  if (!row) throw notFound('such letter');
  return row;
}

async function lockLetter(trx: Trx, id: number): Promise<LetterRow> {
  const row = await trx
    .selectFrom('letters')
    .selectAll()
    .where('id', '=', id)
    .where('state', '!=', 'discarded')
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('such letter');
  return row;
}

async function lockDraft(trx: Trx, id: number): Promise<LetterRow> {
  const row = await lockLetter(trx, id);
  if (row.state === 'sent') {
    const sent = await trx
      .selectFrom('timeline_entries')
      .select('actor_name')
      .where('letter_id', '=', id)
      .where('kind', '=', 'letter-sent')
      .executeTakeFirst();
    const at = row.sent_at?.toISOString().slice(0, 16).replace('T', ' ');
    throw new Problem('already-sent', `${sent?.actor_name ?? 'Somebody'} sent this letter ${at} UTC.`);
  }
  return row;
}

const isFrozen = (state: string) => state === 'closed';
const closedProblem = (number: number) =>
  new Problem(
    'incident-closed',
    `Incident #${number} is closed. Set it back to another state first, then write.`,
  );

/**
 * Starts a letter from a template, with what is known at this moment. While two wordings of the template are compared,
 * its turn says which one it is.
 */
export async function startLetter(
  trx: Trx,
  actor: Actor,
  number: number,
  {
    template: chosen,
    provider,
    letters,
    now,
  }: { template: LetterTemplate; provider: Provider | undefined; letters: LetterLibrary; now: Date },
): Promise<number> {
  const incident = await lockIncident(trx, number);
  if (isFrozen(incident.state)) throw closedProblem(number);
  const { template, trial } = await takeTurn(trx, letters, number, chosen);
  const { facts, sources } = await readSources(trx, incident, provider, now);
  const draft = draftLetter(template, facts, judgeClaims(template.claims, sources, now));
  const row = await trx
    .insertInto('letters')
    .values({
      incident_number: number,
      template: template.key,
      template_version: template.version,
      wording_trial_id: trial,
      language: template.language,
      round: template.round,
      subject: draft.subject,
      body: draft.body,
      base_subject: draft.subject,
      base_body: draft.body,
      claims: json(draft.claims),
      fields: json([]),
      missing: json(draft.missing),
      created_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await append(trx, {
    incident: number,
    kind: 'letter-drafted',
    actor,
    occurredAt: now,
    letterId: row.id,
    detail: { title: template.title, round: template.round, language: template.language },
  });
  return row.id;
}

/** Whether a letter of that round is drafted and not sent yet. */
export async function hasDraft(trx: Trx, number: number, round: string): Promise<boolean> {
  const draft = await trx
    .selectFrom('letters')
    .select('id')
    .where('incident_number', '=', number)
    .where('state', '=', 'draft')
    .where('round', '=', round)
    .limit(1)
    .executeTakeFirst();
  return draft !== undefined;
}

const MAX_BODY = 100_000;

function checkText(change: { subject?: string | undefined; body?: string | undefined }): void {
  if (change.subject !== undefined && !change.subject.trim())
    throw invalid('subject', 'A letter needs a subject.');
  if (change.subject !== undefined && change.subject.length > 300)
    throw invalid('subject', 'A subject has at most 300 characters.');
  if (change.body !== undefined && !change.body.trim()) throw invalid('body', 'The letter is empty.');
  if (change.body !== undefined && change.body.length > MAX_BODY)
    throw invalid('body', `A letter has at most ${MAX_BODY} characters.`);
}

/** Saves a draft's text. Throws `changed-meanwhile` when `version` is given and no longer the newest. */
export async function saveDraft(
  trx: Trx,
  id: number,
  change: { subject?: string | undefined; body?: string | undefined },
  version?: number,
): Promise<void> {
  checkText(change);
  const row = await lockDraft(trx, id);
  if (version !== undefined && version !== row.version) {
    throw new Problem(
      'changed-meanwhile',
      'Somebody saved this letter since you opened it. Your text is still below; save again to put it over theirs.',
      { facts: { version: row.version } },
    );
  }
  await trx
    .updateTable('letters')
    .set({
      ...(change.subject === undefined ? {} : { subject: oneLine(change.subject) }),
      ...(change.body === undefined
        ? {}
        : { body: change.body.replace(/\r\n?/g, '\n').replaceAll('\0', '') }),
      version: row.version + 1,
      updated_at: new Date(),
    })
    .where('id', '=', id)
    .execute();
}

/** The letter as its template would give it now, and its claims as they are judged now. */
export async function currentDraft(
  db: Db | Trx,
  letter: LetterRow,
  template: LetterTemplate,
  provider: Provider | undefined,
  now: Date,
) {
  const incident = await db
    .selectFrom('incidents')
    .selectAll()
    .where('number', '=', letter.incident_number)
    .executeTakeFirstOrThrow();
  const read = await readSources(db, incident, provider, now);
  const draft = draftLetter(template, read.facts, judgeClaims(template.claims, read.sources, now));
  return { ...read, incident, draft };
}

/**
 * Brings a draft up to date with the facts and with the template, which may be a newer version than it was drafted
 * from; what a person wrote stays. Returns how often both had changed.
 */
export async function refreshDraft(
  trx: Trx,
  id: number,
  template: LetterTemplate,
  provider: Provider | undefined,
  now: Date,
): Promise<number> {
  const row = await lockDraft(trx, id);
  const { draft } = await currentDraft(trx, row, template, provider, now);
  const merged = mergeEdits(row.base_body, row.body, draft.body);
  await trx
    .updateTable('letters')
    .set({
      subject: row.subject === row.base_subject ? draft.subject : row.subject,
      body: merged.text,
      base_subject: draft.subject,
      base_body: draft.body,
      claims: json(draft.claims),
      missing: json(draft.missing),
      template_version: template.version,
      // Another wording than its turn gave it says nothing in the comparison.
      wording_trial_id: template.version === row.template_version ? row.wording_trial_id : null,
      version: row.version + 1,
      updated_at: now,
    })
    .where('id', '=', id)
    .execute();
  return merged.conflicts;
}

/**
 * Has the evidence looked at again that the letter's claims lack. Returns the id of the check; null: one is at work
 * already. Throws `invalid` where no check can tell any of them.
 */
export async function checkClaims(
  trx: Trx,
  actor: Actor,
  id: number,
  template: LetterTemplate,
  provider: Provider | undefined,
  now: Date,
): Promise<number | null> {
  const letter = await lockDraft(trx, id);
  const { draft, facts } = await currentDraft(trx, letter, template, provider, now);
  const kinds = kindsToCheck(draft.claims);
  if (kinds.length === 0) throw invalid('claims', 'What these claims lack only a person can look up.');
  const last = await lastCheck(trx, letter.incident_number);
  if (last && last.finished_at === null) return null;
  const networks = facts.addresses.map((text) => parseNetwork(text).cidr);
  return askForCheck(trx, { incident: letter.incident_number, networks, kinds, askedBy: actor.name });
}

function whyInSpite(reason: string): string {
  const why = reason.trim();
  if (!why) throw invalid('reason', 'Say why it is sent all the same.');
  if (why.length > 2000) throw invalid('reason', 'A reason has at most 2,000 characters.');
  return why;
}

async function keepOverride(
  trx: Trx,
  actor: Actor,
  override: Pick<Insertable<LetterOverridesTable>, 'letter_id' | 'kind' | 'key' | 'about' | 'reason'>,
): Promise<void> {
  await trx
    .insertInto('letter_overrides')
    .values({ ...override, by_name: actor.name })
    .onConflict((conflict) =>
      conflict
        .columns(['letter_id', 'kind', 'key'])
        .doUpdateSet({ reason: override.reason, by_name: actor.name, at: new Date() }),
    )
    .execute();
}

/** A person sends a contradicted claim all the same, and says why; the timeline keeps it. */
export async function overrideClaim(
  trx: Trx,
  actor: Actor,
  id: number,
  claim: string,
  about: string,
  reason: string,
): Promise<void> {
  if (!CLAIM_KEYS.includes(claim)) throw invalid('claim', `There is no claim “${claim}”.`);
  const why = whyInSpite(reason);
  const row = await lockDraft(trx, id);
  await keepOverride(trx, actor, { letter_id: id, kind: 'claim', key: claim, about, reason: why });
  await append(trx, {
    incident: row.incident_number,
    kind: 'claim-overridden',
    actor,
    letterId: id,
    detail: { claim, about, reason: why },
  });
}

/** A person sends a letter in spite of a finding that stops it, and says why; the timeline keeps it. */
export async function overrideFinding(
  trx: Trx,
  actor: Actor,
  id: number,
  { template, provider }: { template: LetterTemplate; provider: Provider | undefined },
  key: string,
  reason: string,
): Promise<void> {
  const why = whyInSpite(reason);
  const row = await lockDraft(trx, id);
  const current = await currentDraft(trx, row, template, provider, new Date());
  const judged = await readJudgement(trx, row, { template, provider }, current);
  const stop = stopsOf(judged, []).find((one) => one.key === key);
  if (!stop) throw invalid('finding', `Nothing called “${key.slice(0, 120)}” stops this letter.`);
  const about = stop.title;
  await keepOverride(trx, actor, { letter_id: id, kind: 'finding', key, about, reason: why });
  await append(trx, {
    incident: row.incident_number,
    kind: 'finding-overridden',
    actor,
    letterId: id,
    detail: { finding: key, rule: stop.rule, about, reason: why },
  });
}

export const overridesOf = (db: Db | Trx, id: number) =>
  db.selectFrom('letter_overrides').selectAll().where('letter_id', '=', id).orderBy('at').execute();
const overriddenOf = async (trx: Trx, id: number) =>
  Object.groupBy(await overridesOf(trx, id), (one) => one.kind);

/** Fills the gaps whose facts became known since the letter was drafted. */
async function fillKnownGaps(
  trx: Trx,
  id: number,
  template: LetterTemplate,
  provider: Provider | undefined,
): Promise<void> {
  const now = new Date();
  const row = await lockDraft(trx, id);
  const gaps = stillMissing(row);
  if (gaps.length === 0) return;
  const { draft } = await currentDraft(trx, row, template, provider, now);
  const unknown = new Set(draft.missing.map((one) => one.key));
  if (gaps.some((one) => !unknown.has(one.key))) await refreshDraft(trx, id, template, provider, now);
}

type Unready = { missing: Missing[]; against: Claim[]; stops: Finding[] };

/** Names all that stands in the way at once; the code is that of the gravest. */
function refuseUnready({ missing, against, stops }: Unready): void {
  const facts = {
    missing,
    claims: against.map((claim) => claim.key),
    stops: stops.map(({ key, rule, title, advice, until }) => ({ key, rule, title, advice, until })),
  };
  const contradicted = against.map((claim) => `“${claim.text}” (${claim.evidence})`).join('; ');
  const stopped = stops.map(stopWords).join(' ');
  const also = stopped ? ` Besides: ${stopped}` : '';
  if (missing.length > 0) {
    const fields = Object.fromEntries(missing.map((one) => [one.key, `Still missing: ${one.label}.`]));
    const words = `The letter still lacks ${missing.map((one) => one.label).join(', ')}.`;
    throw new Problem('letter-incomplete', `${words}${also}`, { fields, facts });
  }
  if (against.length > 0) {
    const words = `Contradicted: ${contradicted}. Reword it, or override it with a reason.`;
    throw new Problem('claim-contradicted', `${words}${also}`, { facts });
  }
  if (stops.length > 0)
    throw new Problem('letter-stopped', `${stopped} Mend it, or override it with a reason.`, { facts });
}

export type Sending = {
  channel: Channel;
  reference?: string | undefined;
  at?: Date | undefined;
  to?: string | undefined;
  /** What was entered in the provider's form. */
  fields?: EnteredField[] | undefined;
  /** Fill the gaps that are known by now. Not where a person has read the text as it stands. */
  fillGaps?: boolean;
  /** Makes the mail that really goes out; without it, the letter left in some other way. */
  compose?: (letter: ReadyLetter) => Promise<OutgoingMail>;
};

/** A letter whose claims hold, as it is about to be sent. */
export type ReadyLetter = {
  incident: number;
  subject: string;
  body: string;
  round: string;
  at: Date;
  ticket: { id: number; reference: string } | null;
  profile: LetterFacts['profile'];
};

/**
 * Marks a letter as sent: freezes its text, records it as an outgoing message, opens the ticket, moves the
 * state and sets the follow-up. Of two people at once one sends; the other is told so.
 */
export async function sendLetter(
  trx: Trx,
  actor: Actor,
  id: number,
  template: LetterTemplate,
  provider: Provider | undefined,
  sending: Sending,
): Promise<number> {
  const { incident_number: number } = await getLetter(trx, id);
  const incident = await lockIncident(trx, number);
  if (sending.fillGaps) await fillKnownGaps(trx, id, template, provider);
  const letter = await lockDraft(trx, id);
  if (isFrozen(incident.state)) throw closedProblem(number);
  const now = new Date();
  const at = sending.at ?? now;
  // A letter recorded afterwards claimed what held when it was sent.
  const current = await currentDraft(trx, letter, template, provider, at);
  const { draft, facts } = current;
  const { claim = [], finding = [] } = await overriddenOf(trx, id);
  const judged = await readJudgement(trx, letter, { template, provider }, current, {
    at: sending.at,
    to: sending.to,
  });
  refuseUnready({
    missing: stillMissing(letter),
    against: draft.claims.filter(
      (one) =>
        isInTheWay(one, letter.claims as StoredClaim[]) &&
        !claim.some((override) => override.key === one.key),
    ),
    stops: stopsOf(
      judged,
      finding.map((one) => one.key),
    ),
  });
  const reference = sending.reference?.trim() || facts.ticketReference || null;
  const ticket =
    reference && isToDesk(letter.round)
      ? await ensureTicket(trx, actor, number, { reference, channel: sending.channel, at })
      : null;
  const sentBefore = await trx
    .selectFrom('letters')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('incident_number', '=', number)
    .where('state', '=', 'sent')
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('letters')
    .set({
      state: 'sent',
      sent_at: at,
      channel: sending.channel,
      claims: json(draft.claims),
      missing: json([]),
      version: letter.version + 1,
      updated_at: now,
    })
    .where('id', '=', id)
    .execute();
  const { subject, body, round } = letter;
  const mail = await sending.compose?.({
    incident: number,
    subject,
    body,
    round,
    at,
    ticket,
    profile: facts.profile,
  });
  const messageId = await recordLetter(trx, number, {
    letterId: id,
    ticketId: ticket?.id ?? null,
    channel: sending.channel,
    at,
    from: facts.profile.replyAddress || facts.profile.contactEmail,
    to: sending.to ?? '',
    subject,
    text: body,
    mail,
    formFields: hasFields(sending.channel) ? (sending.fields ?? []) : [],
  });
  await append(trx, {
    incident: number,
    kind: 'letter-sent',
    actor,
    occurredAt: at,
    letterId: id,
    messageId,
    ...(ticket ? { ticketId: ticket.id } : {}),
    detail: {
      title: template.title,
      number: sentBefore.n + 1,
      round: letter.round,
      channel: sending.channel,
      reference: ticket?.reference ?? null,
      subject: letter.subject,
      excerpt: excerptOf(letter.body),
    },
  });
  if (isRequest(letter.round)) {
    await requestSent(trx, actor, incident, {
      at,
      newRound: beginsRound(letter.round),
      reason: `letter sent: ${roundWords(letter.round)}`,
      provider,
    });
  }
  return messageId;
}

/** What was entered in the provider's form when the letter was sent; empty: it went another way. */
export async function enteredWith(db: Db | Trx, letter: number): Promise<EnteredField[]> {
  const message = await db
    .selectFrom('messages')
    .select('form_fields')
    .where('letter_id', '=', letter)
    .executeTakeFirst();
  return message?.form_fields ?? [];
}

/** Puts a draft away; the timeline keeps that it was begun. */
export async function discardDraft(trx: Trx, incident: number, id: number): Promise<void> {
  const row = await lockDraft(trx, id);
  if (row.incident_number !== incident) throw notFound('such letter');
  await trx
    .updateTable('letters')
    .set({ state: 'discarded', updated_at: new Date() })
    .where('id', '=', id)
    .execute();
}

export const claimsOf = (letter: LetterRow) => letter.claims as Claim[];
