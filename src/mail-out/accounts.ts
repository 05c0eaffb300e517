import { sql } from 'kysely';
import { changesBetween } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { SendingAccountRow } from '../database/tables.ts';
import { unlessTaken } from '../database/taken.ts';
import { changedSince, invalid, notFound, Problem } from '../problem.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { type Actor, SYSTEM } from '../web/access.ts';
import { type AccountInput, accountProblems, type KeptSecrets, NOTHING_KEPT } from './account.ts';
import { checkAddress } from './mail-address.ts';

/**
 * What stays sealed as it is. A password is only ever sent to where it was entered for: with another server,
 * another way to log in or less encryption it has to be entered again.
 */
function keptSecrets(row: SendingAccountRow, input: AccountInput): KeptSecrets {
  const sameServer =
    row.host === input.host &&
    row.auth === input.auth &&
    row.oauth_token_url === input.oauthTokenUrl &&
    (input.security !== 'none' || row.security === 'none');
  return {
    secret: sameServer && row.secret !== null,
    oauthClientSecret: sameServer && row.oauth_client_secret !== null,
    dkimKey: row.dkim_key !== null,
  };
}

function refuseWrong(input: AccountInput, kept: KeptSecrets): void {
  const fields = accountProblems(input, kept);
  if (Object.keys(fields).length > 0)
    throw new Problem('invalid', 'Some fields need another look.', { fields });
}

const inAscii = (address: string): string => {
  const checked = checkAddress(address);
  return 'address' in checked ? checked.address : address;
};

/** The columns that a form fills, secrets sealed. */
function columnsOf(input: AccountInput, secrets: Secrets, row?: SendingAccountRow) {
  const kept = row ? keptSecrets(row, input) : NOTHING_KEPT;
  const hasOauth = input.auth === 'oauth2';
  const signs = input.dkimDomain !== '';
  const sealed = (text: string, purpose: 'secret' | 'oauth_client_secret' | 'dkim_key', isKept: boolean) =>
    text ? secrets.seal(`sending_accounts.${purpose}`, text) : isKept ? (row?.[purpose] ?? null) : null;
  return {
    name: input.name.trim(),
    host: input.host,
    port: input.port,
    security: input.security,
    auth: input.auth,
    user_name: input.auth === 'none' ? '' : input.userName,
    secret: input.auth === 'none' ? null : sealed(input.secret, 'secret', kept.secret),
    oauth_client_id: hasOauth ? input.oauthClientId : '',
    oauth_client_secret: hasOauth
      ? sealed(input.oauthClientSecret, 'oauth_client_secret', kept.oauthClientSecret)
      : null,
    oauth_token_url: hasOauth ? input.oauthTokenUrl : '',
    from_name: input.fromName.trim(),
    from_address: inAscii(input.fromAddress),
    reply_address: input.replyAddress ? inAscii(input.replyAddress) : '',
    tags_replies: input.tagsReplies,
    dkim_domain: input.dkimDomain,
    dkim_selector: signs ? input.dkimSelector : '',
    dkim_key: signs ? sealed(input.dkimKey, 'dkim_key', kept.dkimKey) : null,
    undo_seconds: input.undoSeconds,
  };
}

/** Which account is the default is changed by one at a time. */
const takeTurn = (trx: Trx) => sql`select pg_advisory_xact_lock(hashtext('sending accounts'))`.execute(trx);

const findDefault = (trx: Trx) =>
  trx.selectFrom('sending_accounts').select('id').where('is_default', '=', true).executeTakeFirst();

const uniquely = <T>(write: () => Promise<T>): Promise<T> =>
  unlessTaken('sending_accounts_name_key', () => invalid('name', 'Another account has this name.'), write);

/** Adds an account; the first is the default one. Returns its id. */
export async function addAccount(
  trx: Trx,
  secrets: Secrets,
  input: AccountInput,
  by: Actor = SYSTEM,
): Promise<number> {
  refuseWrong(input, NOTHING_KEPT);
  await takeTurn(trx);
  const isDefault = !(await findDefault(trx));
  const { id } = await uniquely(() =>
    trx
      .insertInto('sending_accounts')
      .values({
        ...columnsOf(input, secrets),
        is_default: isDefault,
        disabled_at: null,
        last_sent_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  await note(trx, by, 'sending-account-added', {
    subject: input.name,
    detail: { id, host: input.host, from: input.fromAddress },
  });
  return id;
}

/** Changes an account; a secret left out stays. Throws `changed-meanwhile`. */
export async function changeAccount(
  trx: Trx,
  secrets: Secrets,
  id: number,
  version: number,
  input: AccountInput,
  by: Actor,
): Promise<void> {
  await takeTurn(trx);
  const row = await trx
    .selectFrom('sending_accounts')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such sending account'));
  if (row.version !== version) throw changedSince('account');
  refuseWrong(input, keptSecrets(row, input));
  const columns = columnsOf(input, secrets, row);
  await uniquely(() =>
    trx
      .updateTable('sending_accounts')
      .set({ ...columns, last_problem: '', version: version + 1 })
      .where('id', '=', id)
      .execute(),
  );
  await note(trx, by, 'sending-account-changed', {
    subject: columns.name,
    detail: { id, changes: changesBetween(row, columns) },
  });
}

/**
 * Switches an account off or on. Mail that waits for it goes on waiting. One that is off is not the default, and one that
 * is switched on is where there is none.
 */
export async function setAccountDisabled(
  trx: Trx,
  id: number,
  isDisabled: boolean,
  by: Actor,
): Promise<void> {
  await takeTurn(trx);
  const isDefault = isDisabled ? false : (await findDefault(trx)) === undefined ? true : undefined;
  const changed = await trx
    .updateTable('sending_accounts')
    .set({
      disabled_at: isDisabled ? new Date() : null,
      ...(isDefault === undefined ? {} : { is_default: isDefault }),
      version: sql<number>`version + 1`,
    })
    .where('id', '=', id)
    .returning('name')
    .executeTakeFirstOrThrow(() => notFound('such sending account'));
  const what = isDisabled ? ['on', 'off'] : ['off', 'on'];
  await note(trx, by, 'sending-account-changed', {
    subject: changed.name,
    detail: { id, changes: [{ what: 'switched', from: what[0], to: what[1] }] },
  });
}

export async function makeDefault(trx: Trx, id: number, by: Actor): Promise<void> {
  await takeTurn(trx);
  const row = await getAccount(trx, id);
  if (row.disabled_at) throw invalid('default', 'This account is switched off.');
  await trx
    .updateTable('sending_accounts')
    .set({ is_default: false })
    .where('is_default', '=', true)
    .execute();
  await trx.updateTable('sending_accounts').set({ is_default: true }).where('id', '=', id).execute();
  await note(trx, by, 'sending-account-changed', {
    subject: row.name,
    detail: { id, changes: [{ what: 'the usual one', from: 'no', to: 'yes' }] },
  });
}

export async function getAccount(db: Db | Trx, id: number): Promise<SendingAccountRow> {
  return db
    .selectFrom('sending_accounts')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('such sending account'));
}

/** Accounts as they are shown: no sealed column ever leaves this file by it. */
const SHOWN = [
  'id',
  'name',
  'host',
  'port',
  'security',
  'auth',
  'user_name',
  'from_name',
  'from_address',
  'reply_address',
  'tags_replies',
  'dkim_domain',
  'dkim_selector',
  'undo_seconds',
  'is_default',
  'disabled_at',
  'last_problem',
  'last_sent_at',
  'version',
] as const;
export type ShownAccount = Pick<SendingAccountRow, (typeof SHOWN)[number]>;

const MAX_ACCOUNTS = 200;

export const listAccounts = (db: Db | Trx): Promise<ShownAccount[]> =>
  db
    .selectFrom('sending_accounts')
    .select([...SHOWN])
    .orderBy('is_default', 'desc')
    .orderBy('id')
    .limit(MAX_ACCOUNTS)
    .execute();

async function whyNone(trx: Trx): Promise<string> {
  const any = await trx.selectFrom('sending_accounts').select('id').limit(1).executeTakeFirst();
  return any
    ? 'No sending account is the default: an administrator makes one so under Settings → Sending accounts.'
    : 'There is no sending account yet.';
}

/** The account that a letter leaves by: the one that is named by id or name, else the default one. */
export async function accountToSendBy(trx: Trx, wanted?: number | string): Promise<SendingAccountRow> {
  const one = trx.selectFrom('sending_accounts').selectAll();
  const row = await (typeof wanted === 'number'
    ? one.where('id', '=', wanted)
    : typeof wanted === 'string'
      ? one.where(sql`lower(name)`, '=', wanted.toLowerCase())
      : one.where('is_default', '=', true)
  ).executeTakeFirst();
  if (!row)
    throw invalid('account', wanted === undefined ? await whyNone(trx) : 'There is no such sending account.');
  if (row.disabled_at) throw invalid('account', `The account ${row.name} is switched off.`);
  return row;
}

/** The account that mail leaves by when nobody names one; undefined: there is none. */
export const findDefaultAccount = (db: Db | Trx): Promise<SendingAccountRow | undefined> =>
  db
    .selectFrom('sending_accounts')
    .selectAll()
    .where('is_default', '=', true)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
