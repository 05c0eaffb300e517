import { parseNetwork } from '../addresses/address.ts';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import type { LetterRow } from '../database/tables.ts';
import { askForCheck, lastCheck } from '../evidence/checks/store.ts';
import { lockIncident } from '../incidents/store.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import { routeOfLetter } from '../providers/other-route.ts';
import { addressOf, routeFor } from '../providers/playbook.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { kindsToCheck } from './claims/claim-help.ts';
import { judgeClaims } from './claims/claims.ts';
import { draftLetter } from './draft.ts';
import { closedProblem, isFrozen, lockDraft } from './letter-rows.ts';
import { oneLine } from './letter-values.ts';
import type { LetterLibrary } from './library.ts';
import { mergeEdits } from './merge-edits.ts';
import { readSources } from './sources.ts';
import type { DraftedFrom } from './templates.ts';
import { takeTurn } from './wording-trials/turn.ts';

/**
 * Starts a letter from a template, with what is known at this moment. While two wordings of the template are compared,
 * its turn says which one it is.
 */
export async function startLetter(
  trx: Trx,
  actor: Actor,
  number: number,
  { template: chosen, provider, letters, now }: DraftedFrom & { letters: LetterLibrary; now: Date },
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

/** A body as it is kept, however its lines ended where it was typed. */
export const bodyOf = (typed: string) => typed.replace(/\r\n?/g, '\n').replaceAll('\0', '');

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
      ...(change.body === undefined ? {} : { body: bodyOf(change.body) }),
      version: row.version + 1,
      updated_at: new Date(),
    })
    .where('id', '=', id)
    .execute();
}

/** Saves what stands in the composer, unless it is what is saved. Throws as {@link saveDraft}. */
export async function saveTyped(
  trx: Trx,
  id: number,
  { version, ...typed }: { subject: string; body: string; version: number },
): Promise<void> {
  const row = await lockDraft(trx, id);
  if (oneLine(typed.subject) !== row.subject || bodyOf(typed.body) !== row.body)
    await saveDraft(trx, id, typed, version);
}

/** The letter as its template would give it now, its claims as they are judged now, and the way to the desk. */
export async function currentDraft(
  db: Db | Trx,
  letter: LetterRow,
  { template, provider }: DraftedFrom,
  now: Date,
) {
  const incident = await db
    .selectFrom('incidents')
    .selectAll()
    .where('number', '=', letter.incident_number)
    .executeTakeFirstOrThrow();
  const read = await readSources(db, incident, provider, now);
  const draft = draftLetter(template, read.facts, judgeClaims(template.claims, read.sources, now));
  const route = provider && routeOfLetter(provider, routeFor(provider, read.rule), letter.round);
  const deskAddress = route && addressOf(route, read.facts.refusal?.text ?? '');
  return { ...read, incident, draft, route, deskAddress };
}

/**
 * Brings a draft up to date with the facts and with the template, which may be a newer version than it was drafted
 * from; what a person wrote stays. Returns how often both had changed.
 */
export async function refreshDraft(trx: Trx, id: number, of: DraftedFrom, now: Date): Promise<number> {
  const row = await lockDraft(trx, id);
  const { draft } = await currentDraft(trx, row, of, now);
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
      template_version: of.template.version,
      // Another wording than its turn gave it says nothing in the comparison.
      wording_trial_id: of.template.version === row.template_version ? row.wording_trial_id : null,
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
  of: DraftedFrom,
  now: Date,
): Promise<number | null> {
  const letter = await lockDraft(trx, id);
  const { draft, facts } = await currentDraft(trx, letter, of, now);
  const kinds = kindsToCheck(draft.claims);
  if (kinds.length === 0) throw invalid('claims', 'What these claims lack only a person can look up.');
  const last = await lastCheck(trx, letter.incident_number);
  if (last && last.finished_at === null) return null;
  const networks = facts.addresses.map((text) => parseNetwork(text).cidr);
  return askForCheck(trx, { incident: letter.incident_number, networks, kinds, askedBy: actor.name });
}

/** Letters of an incident that were begun and not sent, the newest first. */
export const listDrafts = (db: Db, number: number) =>
  db
    .selectFrom('letters')
    .select(['id', 'subject', 'updated_at'])
    .where('incident_number', '=', number)
    .where('state', '=', 'draft')
    .orderBy('id', 'desc')
    .limit(20)
    .execute();

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
