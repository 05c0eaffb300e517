import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Db, Trx } from '../../database/open.ts';
import { closed, Type } from '../../json-schema.ts';
import { Reason } from '../../providers/schema.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { API } from '../../web/api.ts';
import { apiRoutes } from '../../web/api-route.ts';
import { apiShown } from '../../web/idempotency.ts';
import { MAX_REPORT_BYTES } from '../../web/limits.ts';
import { SEVERITIES } from '../incidents.ts';
import { IncidentJson } from '../json.ts';
import { readIncidentJson } from '../read-json.ts';
import { parseGiven, readReport } from './read-report.ts';
import { type SeenRejection, span } from './rejections.ts';
import { blocksToLog, leftOut, type Taken, takeReport } from './take-report.ts';

const route = apiRoutes('incidents');

/** What was recognised, as `src/bounces` describes it. */
const ParsedJson = Type.Object({
  format: Type.String(),
  rejections: Type.Array(
    Type.Unknown({
      description:
        'one rejection: provider (key, or null), rule, reason, temporary, ip, replyCode, enhancedCode, blockCode, listName, recipient, recipientDomain, mx, at (null: not known; atGuessed: without zone or year), seen (how often), lastAt, line, text',
    }),
  ),
  notBlocks: Type.Array(
    Type.Unknown({ description: 'a bounce that is no block, such as an unknown mailbox, in the same form' }),
  ),
  notes: Type.Array(Type.Unknown({ description: 'what was left out, and why' })),
});

/** Of many alike it tells the last time, not all of them. */
const shownRejection = ({ times, ...one }: SeenRejection) => ({
  ...one,
  lastAt: span([{ ...one, times }]).last?.toISOString() ?? null,
});

/** The incidents that were open for it, and how many rejections were left out since nobody knows their provider. */
const AppendedJson = Type.Object({
  appendedTo: Type.Optional(Type.Integer({ description: 'the incident that was open for it' })),
  alsoAppendedTo: Type.Optional(
    Type.Array(Type.Integer(), {
      description: 'others that were, where the report is about several providers',
    }),
  ),
  leftOut: Type.Optional(
    Type.Integer({ description: 'rejections that were not logged, since nothing tells their provider' }),
  ),
});
const appendedJson = ([appendedTo, ...others]: number[], left: number) => ({
  ...(appendedTo === undefined ? {} : { appendedTo }),
  ...(others.length > 0 ? { alsoAppendedTo: others } : {}),
  ...(left > 0 ? { leftOut: left } : {}),
});
const LoggedJson = Type.Object({
  ...IncidentJson.properties,
  alsoLogged: Type.Optional(
    Type.Array(Type.Integer(), { description: 'other incidents of the same report, one a provider' }),
  ),
  ...AppendedJson.properties,
});

/** Reports for programs: what is recognised in one, and a block logged from it. */
export const loggingApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, playbooks } = app.desk;

  /** `of`: the transaction that logged them; else they were taken by an earlier call. */
  async function takenJson(of: Db | Trx, { logged, appendedTo }: Taken, left: number) {
    const [first, ...others] = logged;
    const more = {
      ...(others.length > 0 ? { alsoLogged: others } : {}),
      ...appendedJson(appendedTo, left),
    };
    return first === undefined
      ? more
      : { ...(await readIncidentJson({ db: of, catalogue }, first, of.isTransaction)), ...more };
  }

  app.post(
    '/parse',
    {
      ...route('viewer', 'incidents:read', {
        summary: 'What is recognised in a text; nothing is stored',
        body: Type.Object({ text: Type.String() }, closed),
        response: { 200: ParsedJson },
      }),
      bodyLimit: MAX_REPORT_BYTES,
    },
    async (request) => {
      const report = await parseGiven(request.body.text, playbooks, viewerOf(request).timeZone);
      return {
        format: report.format,
        rejections: report.rejections.map(shownRejection),
        notBlocks: report.notBlocks.map(shownRejection),
        notes: report.notes,
      };
    },
  );

  app.post(
    '/incidents',
    {
      ...route('operator', 'incidents:write', {
        summary: 'Log a block, or add it to the open incident of the same provider and address',
        description: '201: an incident was made. 200: all of it went to incidents that were open.',
        body: Type.Object(
          {
            report: Type.String(),
            provider: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
            addresses: Type.Optional(Type.Array(Type.String({ maxLength: 80 }), { maxItems: 256 })),
            title: Type.Optional(Type.String({ maxLength: 300 })),
            note: Type.Optional(Type.String({ maxLength: 20_000 })),
            reason: Type.Optional(Reason),
            severity: Type.Optional(Type.Enum([...SEVERITIES])),
          },
          closed,
        ),
        response: { 200: AppendedJson, 201: LoggedJson },
      }),
      bodyLimit: MAX_REPORT_BYTES,
    },
    async (request, reply) => {
      const given = {
        ...request.body,
        raw: Buffer.from(request.body.report),
        source: 'api' as const,
        fileName: '',
      };
      const read = await readReport(given.raw, playbooks, viewerOf(request).timeZone);
      const blocks = blocksToLog(read, given, catalogue);
      const left = leftOut(read.blocks, given);
      const taken = await apiShown(
        db,
        request,
        (trx) => takeReport(trx, actorOf(request), given, blocks),
        (of, made) => takenJson(of, made, left),
      );
      if (!('number' in taken)) return reply.code(200).send(taken);
      return reply.code(201).header('location', `${API}/incidents/${taken.number}`).send(taken);
    },
  );
};
