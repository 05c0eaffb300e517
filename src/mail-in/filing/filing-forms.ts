import type { FastifyRequest } from 'fastify';
import type { Db, Trx } from '../../database/open.ts';
import type { Known } from '../../incidents/logging/read-report.ts';
import { getIncident } from '../../incidents/store.ts';
import { Type } from '../../json-schema.ts';
import { invalid, Problem } from '../../problem.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { readForm } from '../../web/forms.ts';
import { moveMessage } from './filed.ts';
import { newIncidentFrom, readSplit } from './new-incident.ts';

/** What Unfiled and the page of a filed message do alike. */

type Filing = { db: Db; catalogue: Catalogue };

const FileForm = Type.Object({
  incident: Type.Optional(Type.String({ maxLength: 20, description: 'the number of an incident' })),
});
const SplitForm = Type.Object({
  provider: Type.String({ minLength: 1, maxLength: 120, description: 'the provider that blocks' }),
  addresses: Type.String({ minLength: 1, maxLength: 20_000, description: 'the address that is blocked' }),
  title: Type.Optional(Type.String({ maxLength: 300 })),
});

/** `41`, `#41`, or as the list of choices has it: `#41 Gmail blocks …`. */
function incidentIn(text: string | undefined): number {
  const [, number = ''] = /^\s{0,5}#?(\d{1,9})(?:\s|$)/.exec(text ?? '') ?? [];
  if (!number) throw invalid('incident', 'Enter the number of an incident, as 41.');
  return Number(number);
}

/** That there is no such incident is wrong in its field; one that was merged leads to where it is. */
async function refuseUnknown(trx: Trx, number: number): Promise<void> {
  await getIncident(trx, number).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'not-found') throw invalid('incident', error.message);
    throw error;
  });
}

/**
 * Files a message where a form says; an empty field `unfile` takes it back to Unfiled. `seenIn`: where the form showed it,
 * null for Unfiled, which what is taken back has left. Returns the incident.
 */
export async function fileForm(
  { db, catalogue }: Filing,
  request: FastifyRequest,
  id: number,
  seenIn: number | null,
): Promise<number | null> {
  const isBack = (request.body as Record<string, unknown> | undefined)?.['unfile'] !== undefined;
  const number = isBack ? null : incidentIn(readForm(FileForm, request.body).incident);
  await formOnce(db, request, { what: `file ${id}`, input: { number } }, async (trx) => {
    if (number !== null) await refuseUnknown(trx, number);
    const seen = isBack && seenIn === null ? undefined : seenIn;
    await moveMessage(trx, actorOf(request), catalogue, id, number, seen);
  });
  return number;
}

/** Logs a new incident out of a message. Returns its number. */
export async function splitForm(
  { db, catalogue, playbooks }: Filing & { playbooks: Known },
  request: FastifyRequest,
  id: number,
  seenIn: number | null,
): Promise<number> {
  const form = readForm(SplitForm, request.body);
  const read = await readSplit(db, { playbooks, timeZone: viewerOf(request).timeZone }, id, form);
  return formOnce(db, request, { what: `split ${id}`, input: form }, (trx) =>
    newIncidentFrom(trx, actorOf(request), catalogue, id, read, seenIn),
  );
}
