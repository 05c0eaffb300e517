import type { MailboxRow } from '../database/tables.ts';
import { Type } from '../json-schema.ts';

/** A server of mail and how we sign in to it: the same for an account that letters leave by and for a mailbox. */

export const MailServerJson = {
  id: Type.Integer(),
  name: Type.String(),
  host: Type.String(),
  port: Type.Integer(),
  security: Type.String(),
  auth: Type.String(),
  userName: Type.String(),
};

type Named = Pick<MailboxRow, 'name' | 'host' | 'port' | 'security' | 'user_name'> & { auth: string };

/** As a form shows it. */
export const mailServerValues = (row: Named) => ({
  name: row.name,
  host: row.host,
  port: String(row.port),
  security: row.security,
  auth: row.auth,
  userName: row.user_name,
});

export const mailServerJson = (row: Named & { id: number }) => ({
  id: row.id,
  ...mailServerValues(row),
  port: row.port,
});
