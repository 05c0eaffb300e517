import type { FastifyRequest } from 'fastify';
import { sessionHashOf } from '../../web/identify.ts';
import { browserWords } from './browser.ts';
import { listSessions } from './store.ts';

/** A person's sessions as they are shown; the one that asks is marked. */
export async function sessionRows(request: FastifyRequest, userId: number) {
  const { db, config } = request.server.desk;
  const own = sessionHashOf(request);
  const rows = await listSessions(db, userId, config);
  return rows.map((row) => ({
    id: row.id,
    isThis: own?.equals(row.token_hash) ?? false,
    address: row.client_address?.replace(/\/\d+$/, '') ?? '',
    browser: browserWords(row.user_agent),
    since: row.created_at,
    seen: row.last_seen_at,
  }));
}
