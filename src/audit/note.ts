import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Actor } from '../web/access.ts';
import type { AuditKind, Detail } from './kinds.ts';

/** Whoever runs commands on the server. */
export const COMMAND_LINE: Actor = { userId: null, tokenId: null, name: 'the command line' };

/**
 * Writes an entry of the audit log, in the transaction of what it tells of. `detail` holds no secret: what changed is
 * taken by `changesBetween`.
 */
export async function note(
  trx: Db | Trx,
  by: Actor,
  kind: AuditKind,
  about: { subject?: string; subjectUserId?: number | null; detail?: Detail } = {},
): Promise<void> {
  await trx
    .insertInto('audit_entries')
    .values({
      kind,
      actor_user_id: by.userId,
      actor_token_id: by.tokenId,
      actor_name: by.name,
      client_address: by.from ?? null,
      subject: (about.subject ?? '').slice(0, 400).toWellFormed(),
      subject_user_id: about.subjectUserId ?? null,
      detail: json(about.detail ?? {}),
    })
    .execute();
}
