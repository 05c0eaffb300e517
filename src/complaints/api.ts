import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { networkText } from '../addresses/address.ts';
import { networkFrom } from '../addresses/store.ts';
import { closed, orNull, Type } from '../json-schema.ts';
import { apiRoutes, paged } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiOnce } from '../web/idempotency.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { takeOctets } from '../web/octets.ts';
import { readReports } from './read-reports.ts';
import { listComplaints } from './store.ts';
import { takeReports } from './take.ts';

const route = apiRoutes('complaints');
const LIST = 'complaints';
const Mail = Type.Object({ mail: Type.String({ minLength: 1 }) }, closed);
const TakenJson = Type.Object({
  taken: Type.Integer(),
  repeated: Type.Integer(),
  others: Type.Integer({ description: 'mails that are no report' }),
});
const Maybe = orNull(Type.String());
const ComplaintJson = Type.Object({
  id: Type.Integer(),
  feedbackType: Type.String(),
  isComplaint: Type.Boolean(),
  address: Maybe,
  /** `trace`: an address of ours in the trace of the mail complained of. */
  addressFrom: Type.String(),
  reportedAt: Type.String(),
  arrivedAt: Maybe,
  incidents: Type.Integer(),
  reporter: Maybe,
  reporterDomain: Type.String(),
  provider: Maybe,
  userAgent: Type.String(),
  originalMailFrom: Type.String(),
  reportedDomain: Type.String(),
  messageId: Type.String(),
  campaign: Type.String(),
  campaignField: Type.String(),
  authFailure: Type.String(),
});

export const complaintApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, config } = app.desk;

  takeOctets(app, ['message/rfc822', 'application/mbox'], MAX_REPORT_BYTES);

  app.post(
    '/complaints',
    {
      ...route('operator', 'feeds:write', {
        summary: 'Take reports of feedback loops: a mail, an mbox, or JSON with the mail; each counts once',
        body: {
          content: {
            'application/json': { schema: Mail },
            'message/rfc822': { schema: {} },
            'application/mbox': { schema: {} },
          },
        },
        response: { 200: TakenJson, 201: TakenJson },
      }),
      bodyLimit: MAX_REPORT_BYTES,
    },
    async (request, reply) => {
      const body = request.body as Buffer | { mail: string };
      const raw = Buffer.isBuffer(body) ? body : Buffer.from(body.mail);
      const field = Buffer.isBuffer(body) ? 'body' : 'mail';
      const read = await readReports(raw, field, { catalogue, keepMails: config.keepComplaintMails });
      const done = await apiOnce(db, request, (trx) => takeReports(trx, read, 'api'), {
        input: raw,
      });
      return reply.code(done.taken > 0 ? 201 : 200).send(done);
    },
  );

  app.get(
    '/complaints',
    route('viewer', 'feeds:read', {
      summary: 'Reports of feedback loops, newest first; who complained is a hash',
      ...paged(ComplaintJson, { address: Type.Optional(Type.String({ maxLength: 80 })) }),
    }),
    async (request) => {
      const { limit = 50, cursor, address } = request.query;
      const network = address ? networkFrom(address) : undefined;
      const held = readCursor(cursor, LIST, ['time', 'id']);
      const page = await listComplaints(db, {
        limit,
        cidr: network?.cidr,
        after: held && { at: held[0], id: held[1] },
      });
      return {
        items: page.items.map((row) => ({
          id: row.id,
          feedbackType: row.feedback_type,
          isComplaint: row.is_complaint,
          address: row.source_ip && networkText(row.source_ip),
          addressFrom: row.ip_source,
          reportedAt: row.reported_at.toISOString(),
          arrivedAt: row.arrived_at?.toISOString() ?? null,
          incidents: row.incidents,
          reporter: row.reporter?.toString('hex') ?? null,
          reporterDomain: row.reporter_domain,
          provider: row.provider,
          userAgent: row.user_agent,
          originalMailFrom: row.original_mail_from,
          reportedDomain: row.reported_domain,
          messageId: row.message_id,
          campaign: row.campaign,
          campaignField: row.campaign_field,
          authFailure: row.auth_failure,
        })),
        next: page.next && writeCursor(LIST, [page.next.at, page.next.id]),
      };
    },
  );
};
