import type { MailboxRow } from '../../database/tables.ts';
import { mailServerJson, mailServerValues } from '../../outside/mail-server.ts';

/** A mailbox for the API. Its secrets are not in it. */
export const mailboxJson = (row: MailboxRow) => ({
  ...mailServerJson(row),
  folder: row.folder,
  afterTaking: row.after_taking,
  moveTo: row.move_to,
  disabledAt: row.disabled_at?.toISOString() ?? null,
  onServer: row.on_server,
  untaken: row.untaken,
  lastLookAt: row.last_look_at?.toISOString() ?? null,
  lastGoodAt: row.last_good_at?.toISOString() ?? null,
  lastProblem: row.last_problem,
});

/** A form's values. The secrets are never shown again: their fields are always empty. */
const valuesOf = (row: MailboxRow): Record<string, string> => ({
  ...mailServerValues(row),
  clientId: row.oauth_client_id,
  tokenUrl: row.oauth_token_url,
  folder: row.folder,
  afterTaking: row.after_taking,
  moveTo: row.move_to,
  authservId: row.authserv_id,
});

export const NEW_MAILBOX: Record<string, string> = {
  name: '',
  host: '',
  port: '993',
  security: 'tls',
  auth: 'password',
  userName: '',
  clientId: '',
  tokenUrl: '',
  folder: 'INBOX',
  afterTaking: 'leave',
  moveTo: '',
  authservId: '',
};

/** What was typed into one of the forms and is wrong; `at` is the mailbox's number, or `new`. */
export type Again = { at: string; typed: Record<string, string>; errors: Record<string, string> };

export function mailboxView(row: MailboxRow, again: Again) {
  const isAgain = again.at === String(row.id);
  return {
    id: row.id,
    name: row.name,
    where: `${row.user_name} at ${row.host}:${row.port}`,
    folder: row.folder,
    isDisabled: row.disabled_at !== null,
    isUnsafe: row.security === 'none',
    onServer: row.on_server,
    taken: row.on_server === null || row.untaken === null ? null : row.on_server - row.untaken,
    untaken: row.untaken ?? 0,
    lastLookAt: row.last_look_at,
    lastGoodAt: row.last_good_at,
    renumberedAt: row.renumbered_at,
    problem: row.last_problem,
    version: row.version,
    values: { ...valuesOf(row), ...(isAgain ? again.typed : {}) },
    errors: isAgain ? again.errors : {},
    open: isAgain,
  };
}
