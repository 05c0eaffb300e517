import { sql } from 'kysely';
import { changesBetween } from '../../audit/changes.ts';
import { note } from '../../audit/note.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { MailboxesTable, MailboxRow } from '../../database/tables.ts';
import { unlessTaken } from '../../database/taken.ts';
import { changedSince, invalid, notFound } from '../../problem.ts';
import type { Purpose, Secrets } from '../../secrets/secrets.ts';
import type { Actor } from '../../web/access.ts';

const SECRET: Purpose = 'mailboxes.secret';
const CLIENT_SECRET: Purpose = 'mailboxes.oauth_client_secret';

export type MailboxSettings = Pick<MailboxesTable, 'host' | 'port' | 'security' | 'auth'> & {
  name: string;
  userName: string;
  /** The password, or the refresh token of OAuth 2; empty: the one that is there stays. */
  secret: string;
  clientId: string;
  clientSecret: string;
  tokenUrl: string;
  folder: string;
  afterTaking: 'leave' | 'mark-seen' | 'move';
  moveTo: string;
  authservId: string;
};

const columns = (secrets: Secrets, given: MailboxSettings) => ({
  name: given.name,
  host: given.host,
  port: given.port,
  security: given.security,
  auth: given.auth,
  user_name: given.userName,
  oauth_client_id: given.clientId,
  oauth_token_url: given.tokenUrl,
  folder: given.folder,
  after_taking: given.afterTaking,
  move_to: given.afterTaking === 'move' ? given.moveTo : '',
  authserv_id: given.authservId,
  ...(given.secret ? { secret: secrets.seal(SECRET, given.secret) } : {}),
  ...(given.clientSecret ? { oauth_client_secret: secrets.seal(CLIENT_SECRET, given.clientSecret) } : {}),
});

const uniquely = <T>(write: () => Promise<T>): Promise<T> =>
  unlessTaken('mailboxes_name_key', () => invalid('name', 'Another mailbox has this name.'), write);

/** Settings that are wrong together, field by field. */
function check(given: MailboxSettings): void {
  if (given.afterTaking === 'move' && !given.moveTo)
    throw invalid('moveTo', 'Needed: the folder that taken messages go to.');
  if (given.afterTaking === 'move' && given.moveTo === given.folder)
    throw invalid('moveTo', 'This is the folder that is looked at.');
  if (given.auth === 'oauth2' && !given.clientId) throw invalid('clientId', 'Needed with OAuth 2.');
  if (given.auth === 'oauth2' && !given.tokenUrl) throw invalid('tokenUrl', 'Needed with OAuth 2.');
}

export async function addMailbox(
  trx: Trx,
  secrets: Secrets,
  given: MailboxSettings,
  by: Actor,
): Promise<number> {
  check(given);
  if (!given.secret) throw invalid('secret', 'Needed: the password, or the refresh token.');
  const { id } = await uniquely(() =>
    trx
      .insertInto('mailboxes')
      .values({
        ...columns(secrets, given),
        secret: secrets.seal(SECRET, given.secret),
        oauth_client_secret: given.clientSecret ? secrets.seal(CLIENT_SECRET, given.clientSecret) : null,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  await note(trx, by, 'mailbox-added', { subject: given.name, detail: { id, host: given.host } });
  return id;
}

/** The one who looks at a mailbox loses it with a change, and whoever takes it next looks with the new settings. */
const AGAIN = { lease_until: null, next_look_at: sql<Date>`now()`, failures: 0, last_problem: '' };

/** Whether what is sealed may be sent there: only to where it was entered for, and not where more people can read it. */
const mayKeepSecrets = (was: MailboxRow, given: MailboxSettings): boolean =>
  was.host === given.host &&
  was.auth === given.auth &&
  was.oauth_token_url === given.tokenUrl &&
  (given.security !== 'none' || was.security === 'none');

/** Throws `changed-meanwhile`. A mailbox at another place is another mailbox: what was taken there does not count. */
export async function changeMailbox(
  trx: Trx,
  secrets: Secrets,
  id: number,
  version: number,
  given: MailboxSettings,
  by: Actor,
): Promise<void> {
  check(given);
  const was = await trx
    .selectFrom('mailboxes')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such mailbox'));
  if (was.version !== version) throw changedSince('mailbox');
  const keeps = mayKeepSecrets(was, given);
  if (!keeps && !given.secret)
    throw invalid('secret', 'Enter it again: it is only sent to the server that it was entered for.');
  const isSame = was.host === given.host && was.user_name === given.userName && was.folder === given.folder;
  if (!isSame) await trx.deleteFrom('mailbox_uids').where('mailbox_id', '=', id).execute();
  const now = { ...(keeps ? {} : { oauth_client_secret: null }), ...columns(secrets, given) };
  await uniquely(() =>
    trx
      .updateTable('mailboxes')
      .set({
        ...now,
        ...AGAIN,
        ...(isSame ? {} : { uid_validity: null, on_server: null, untaken: null }),
        version: version + 1,
      })
      .where('id', '=', id)
      .execute(),
  );
  await note(trx, by, 'mailbox-changed', {
    subject: given.name,
    detail: { id, changes: changesBetween(was, now) },
  });
}

/** A mailbox that is disabled is not looked at; what was taken from it stays. */
export async function setDisabled(trx: Trx, id: number, disabled: boolean, by: Actor): Promise<void> {
  const mailbox = await trx
    .updateTable('mailboxes')
    .set({ ...AGAIN, disabled_at: disabled ? sql<Date>`now()` : null, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .returning('name')
    .executeTakeFirstOrThrow(() => notFound('such mailbox'));
  const what = disabled ? ['on', 'off'] : ['off', 'on'];
  await note(trx, by, 'mailbox-changed', {
    subject: mailbox.name,
    detail: { id, changes: [{ what: 'switched', from: what[0], to: what[1] }] },
  });
}

export const listMailboxes = (db: Db): Promise<MailboxRow[]> =>
  db.selectFrom('mailboxes').selectAll().orderBy('id').limit(100).execute();

export async function findMailbox(db: Db, id: number): Promise<MailboxRow> {
  return db
    .selectFrom('mailboxes')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('such mailbox'));
}

/** Lets a mailbox have its turn at once. */
export const askForLook = (db: Db, id: number) =>
  db
    .updateTable('mailboxes')
    .set({ next_look_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .execute();

export type Credentials = { secret: string; clientSecret: string };

/** Opens what is sealed. Throws `CannotOpenSecret`. */
export const credentialsOf = (secrets: Secrets, row: MailboxRow): Credentials => ({
  secret: secrets.open(SECRET, row.secret),
  clientSecret: row.oauth_client_secret ? secrets.open(CLIENT_SECRET, row.oauth_client_secret) : '',
});

/** A token server may give another refresh token with each access token; the one before is then no longer good. */
export const keepRefreshToken = (db: Db, secrets: Secrets, row: MailboxRow, token: string) =>
  db
    .updateTable('mailboxes')
    .set({ secret: secrets.seal(SECRET, token) })
    .where('id', '=', row.id)
    .where('version', '=', row.version)
    .execute();
