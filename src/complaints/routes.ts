import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Network, networkText, parseNetwork } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { Type } from '../json-schema.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { linkTo } from '../web/links.ts';
import { orFormAgain } from '../web/pages.ts';
import { fileOrPasted } from '../web/uploads.ts';
import { readReports } from './read-reports.ts';
import { complaintsByCampaign, complaintsByDay, listComplaints } from './store.ts';
import { takenWords, takeReports } from './take.ts';

const ListQuery = Type.Object({
  address: Type.Optional(Type.String({ maxLength: 80 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});
type Query = { address?: string; cursor?: string };

const LIST = 'complaints';
const SHOWN_DAYS = 30;
const DAY_MS = 86_400_000;

function found(db: Db, cidr: string | undefined, after: Parameters<typeof listComplaints>[1]['after']) {
  const since = new Date(Date.now() - SHOWN_DAYS * DAY_MS);
  return Promise.all([
    listComplaints(db, { limit: 50, cidr, after }),
    complaintsByDay(db, since, cidr),
    complaintsByCampaign(db, since, cidr),
  ]);
}
const NOTHING: Awaited<ReturnType<typeof found>> = [{ items: [], next: null }, [], []];

export const complaintPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, config } = app.desk;

  async function view({ address = '', cursor }: Query, again = { mail: '', error: '', problem: '' }) {
    const held = readCursor(cursor, LIST, ['time', 'id']);
    const errors: Record<string, string> = again.error ? { mail: again.error } : {};
    let network: Network | undefined;
    try {
      network = address.trim() ? parseNetwork(address) : undefined;
    } catch (error) {
      errors['address'] = (error as Error).message;
    }
    const isWrong = errors['address'] !== undefined;
    const [page, days, campaigns] = isWrong
      ? NOTHING
      : await found(db, network?.cidr, held && { at: held[0], id: held[1] });
    const query = new URLSearchParams(address ? { address } : {});
    const first = linkTo('/complaints', query);
    if (page.next) query.set('cursor', writeCursor(LIST, [page.next.at, page.next.id]));
    return {
      ...again,
      address,
      isWrong,
      errors,
      keepsMails: config.keepComplaintMails,
      shownDays: SHOWN_DAYS,
      days,
      campaigns,
      rows: page.items.map((row) => ({
        type: row.feedback_type,
        isComplaint: row.is_complaint,
        ip: row.source_ip ? networkText(row.source_ip) : '',
        isTraced: row.ip_source === 'trace',
        reportedAt: row.reported_at,
        incidents: row.incidents,
        by:
          (row.provider && (catalogue.byKey.get(row.provider)?.name ?? row.provider)) || row.reporter_domain,
        campaign: row.campaign,
        field: row.campaign_field,
        mailFrom: row.original_mail_from,
        messageId: row.message_id,
        authFailure: row.auth_failure,
      })),
      next: page.next ? linkTo('/complaints', query) : '',
      first: cursor ? first : '',
    };
  }

  app.get(
    '/complaints',
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => reply.page('complaints/index', await view(request.query as Query)),
  );

  app.post(
    '/complaints',
    { config: { access: 'operator' }, bodyLimit: MAX_REPORT_BYTES },
    async (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          const { raw } = fileOrPasted(request, 'mail');
          const read = await readReports(raw, 'mail', { catalogue, keepMails: config.keepComplaintMails });
          const taken = await formOnce(db, request, { what: 'take complaints', input: raw }, (trx) =>
            takeReports(trx, read, 'page'),
          );
          return reply.done('/complaints', takenWords(taken));
        },
        async ({ message, fields }) => {
          const { mail } = (request.body ?? {}) as Record<string, unknown>;
          const typed = typeof mail === 'string' ? mail : '';
          return {
            view: 'complaints/index',
            data: await view({}, { mail: typed, error: fields['mail'] ?? '', problem: message }),
          };
        },
      ),
  );
};
