import { sql } from 'kysely';
import { changesBetween } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { WebhookTargetRow } from '../database/tables.ts';
import { unlessTaken } from '../database/taken.ts';
import { changedSince, invalid, notFound, Problem } from '../problem.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { Actor } from '../web/access.ts';
import { FORMATS } from './formats.ts';
import { dropOpen, lockTarget } from './lines.ts';
import { newSecret } from './signature.ts';
import { type TargetInput, targetProblems } from './target.ts';
import { readTargetUrl, shownUrl } from './target-url.ts';

const MOST_TARGETS = 50;
/** How long a secret still signs beside its successor. */
const OVERLAP_MS = 24 * 3_600_000;

const URL_PURPOSE = 'webhook_targets.url_sealed';
const SECRET_PURPOSE = 'webhook_targets.secret_sealed';
const PREVIOUS_PURPOSE = 'webhook_targets.previous_secret_sealed';

type Known = { providers: (key: string) => boolean };

export const listTargets = (db: Db): Promise<WebhookTargetRow[]> =>
  db
    .selectFrom('webhook_targets')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy(sql`lower(name)`)
    .limit(MOST_TARGETS)
    .execute();

export async function getTarget(db: Db | Trx, id: number): Promise<WebhookTargetRow> {
  return db
    .selectFrom('webhook_targets')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow(() => notFound('such webhook'));
}

function refuseWrong(input: TargetInput, known: Known & { hasUrl: boolean }): void {
  const fields = targetProblems(input, known);
  if (Object.keys(fields).length > 0)
    throw new Problem('invalid', 'Some fields need another look.', { fields });
}

function urlColumns(input: TargetInput, secrets: Secrets) {
  if (!input.url) return {};
  const url = readTargetUrl(input.url);
  if (typeof url === 'string') throw invalid('url', url);
  return { url_sealed: secrets.seal(URL_PURPOSE, url.href), url_shown: shownUrl(url) };
}

const choiceColumns = (input: TargetInput) => ({
  name: input.name.trim(),
  format: input.format,
  groups: input.groups,
  providers: input.providers,
  least_severity: input.leastSeverity,
});

const uniquely = <T>(write: () => Promise<T>): Promise<T> =>
  unlessTaken('webhook_targets_name_key', () => invalid('name', 'Another webhook has this name.'), write);

/** Adds a target. A secret that was not given is made, and told this once. */
export async function addTarget(
  trx: Trx,
  actor: Actor,
  secrets: Secrets,
  input: TargetInput,
  known: Known,
): Promise<{ id: number; secret: string | null }> {
  refuseWrong(input, { ...known, hasUrl: false });
  const { all } = await trx
    .selectFrom('webhook_targets')
    .select((eb) => eb.fn.countAll<number>().as('all'))
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (all >= MOST_TARGETS)
    throw new Problem('invalid', `There are ${MOST_TARGETS} webhooks already; remove one first.`);
  const secret = FORMATS[input.format].isSigned ? input.secret || newSecret() : null;
  const { id } = await uniquely(() =>
    trx
      .insertInto('webhook_targets')
      .values({
        ...choiceColumns(input),
        ...(urlColumns(input, secrets) as { url_sealed: Buffer; url_shown: string }),
        secret_sealed: secret === null ? null : secrets.seal(SECRET_PURPOSE, secret),
        created_by_name: actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  await note(trx, actor, 'webhook-added', { subject: input.name, detail: { id, format: input.format } });
  return { id, secret };
}

/** Changes a target; another address is another receiver, so that what failed before no longer counts. Throws `changed-meanwhile`. */
export async function changeTarget(
  trx: Trx,
  by: Actor,
  secrets: Secrets,
  id: number,
  version: number | undefined,
  input: TargetInput,
  known: Known,
): Promise<{ secret: string | null }> {
  await lockTarget(trx, id);
  const row = await getTarget(trx, id);
  if (version !== undefined && row.version !== version) throw changedSince('webhook');
  refuseWrong(input, { ...known, hasUrl: true });
  const { isSigned } = FORMATS[input.format];
  const secret = isSigned ? input.secret || (row.secret_sealed ? null : newSecret()) : null;
  const columns = { ...choiceColumns(input), ...urlColumns(input, secrets) };
  await uniquely(() =>
    trx
      .updateTable('webhook_targets')
      .set({
        ...columns,
        ...(input.url ? { failures: 0, failing_since: null, rest_until: null, last_problem: '' } : {}),
        ...(secret ? { secret_sealed: secrets.seal(SECRET_PURPOSE, secret) } : {}),
        ...(secret || !isSigned ? { previous_secret_sealed: null, previous_until: null } : {}),
        ...(isSigned ? {} : { secret_sealed: null }),
        version: row.version + 1,
      })
      .where('id', '=', id)
      .execute(),
  );
  await note(trx, by, 'webhook-changed', {
    subject: input.name,
    detail: { id, changes: changesBetween(row, columns) },
  });
  if (secret) await note(trx, by, 'webhook-secret-changed', { subject: input.name, detail: { id } });
  return { secret };
}

/** Makes another secret and returns it; the one before signs as well for a day. */
export async function rotateSecret(trx: Trx, by: Actor, secrets: Secrets, id: number): Promise<string> {
  await lockTarget(trx, id);
  const row = await getTarget(trx, id);
  if (!row.secret_sealed) throw new Problem('invalid', 'This webhook is not signed: it has no secret.');
  const secret = newSecret();
  const before = secrets.open(SECRET_PURPOSE, row.secret_sealed);
  await trx
    .updateTable('webhook_targets')
    .set({
      secret_sealed: secrets.seal(SECRET_PURPOSE, secret),
      previous_secret_sealed: secrets.seal(PREVIOUS_PURPOSE, before),
      previous_until: new Date(Date.now() + OVERLAP_MS),
      version: row.version + 1,
    })
    .where('id', '=', id)
    .execute();
  await note(trx, by, 'webhook-secret-changed', { subject: row.name, detail: { id } });
  return secret;
}

/** Where to, and with which secrets to sign. Throws {@link CannotOpenSecret}. */
export function openTarget(
  secrets: Secrets,
  row: Pick<WebhookTargetRow, 'url_sealed' | 'secret_sealed' | 'previous_secret_sealed' | 'previous_until'>,
  now: Date,
): { url: URL; secrets: string[] } {
  const previous = row.previous_until && row.previous_until > now ? row.previous_secret_sealed : null;
  return {
    url: new URL(secrets.open(URL_PURPOSE, row.url_sealed as Buffer)),
    secrets: [
      ...(row.secret_sealed ? [secrets.open(SECRET_PURPOSE, row.secret_sealed)] : []),
      ...(previous ? [secrets.open(PREVIOUS_PURPOSE, previous)] : []),
    ],
  };
}

/** Holds back what is sent to a target. What happens meanwhile waits. */
export async function pauseTarget(trx: Trx, by: Actor, id: number, why: string): Promise<void> {
  const paused = await trx
    .updateTable('webhook_targets')
    .set({ paused_at: new Date(), paused_by: by.name, paused_why: why, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .where('paused_at', 'is', null)
    .returning('name')
    .executeTakeFirst();
  if (paused) await note(trx, by, 'webhook-paused', { subject: paused.name, detail: { id, why } });
}

/** Goes on with a target, from a clean slate; what waits is sent, or dropped where that is wanted. */
export async function resumeTarget(
  trx: Trx,
  by: Actor,
  id: number,
  { drop }: { drop: boolean },
): Promise<void> {
  await lockTarget(trx, id);
  const { name, paused_at } = await getTarget(trx, id);
  if (paused_at) await note(trx, by, 'webhook-resumed', { subject: name, detail: { id, drop } });
  await trx
    .updateTable('webhook_targets')
    .set({
      paused_at: null,
      paused_by: null,
      paused_why: '',
      failures: 0,
      failing_since: null,
      rest_until: null,
      version: sql<number>`version + 1`,
    })
    .where('id', '=', id)
    .execute();
  if (drop) await dropOpen(trx, id);
  else
    await trx
      .updateTable('webhook_deliveries')
      .set({ due_at: sql<Date>`now()`, tries: 0, first_tried_at: null })
      .where('target_id', '=', id)
      .where('state', '=', 'waiting')
      .execute();
}

/** Removes a target: its address and secrets at once, its log by and by. */
export async function removeTarget(trx: Trx, by: Actor, id: number): Promise<void> {
  await lockTarget(trx, id);
  const { name } = await getTarget(trx, id);
  await note(trx, by, 'webhook-removed', { subject: name, detail: { id } });
  await trx
    .updateTable('webhook_targets')
    .set({
      removed_at: new Date(),
      url_sealed: null,
      secret_sealed: null,
      previous_secret_sealed: null,
      previous_until: null,
    })
    .where('id', '=', id)
    .execute();
}
