import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { isDocumentation } from '../addresses/address.ts';
import { findAddress } from '../addresses/store.ts';
import { notFound } from '../problem.ts';
import { REASONS, Reason } from '../providers/schema.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { formKey, readForm } from '../web/forms.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { once } from '../web/once.ts';
import { orFormAgain } from '../web/pages.ts';
import { SEVERITIES, stateWords } from './incidents.ts';
import { findOpenIncident } from './log.ts';
import { previewView } from './log-page.ts';
import { blocksToLog, type Given, readReport, type Taken, takeReport } from './take-report.ts';

const LogForm = Type.Object({
  provider: Type.Optional(Type.String({ maxLength: 120 })),
  addresses: Type.Optional(Type.String({ maxLength: 20_000 })),
  reason: Type.Optional(Reason),
  severity: Type.Optional(Type.Enum([...SEVERITIES])),
  note: Type.Optional(Type.String({ maxLength: 20_000 })),
  to: Type.Optional(Type.String({ pattern: '^(new|auto|\\d{1,9})$' })),
});

type Typed = Record<string, string>;

/** The raw report: a chosen file byte for byte, else the pasted text. */
function rawOf(request: FastifyRequest): { raw: Buffer; fileName: string } {
  const body = (request.body ?? {}) as Record<string, unknown>;
  const file = body['file'];
  if (Buffer.isBuffer(file) && file.length > 0) return { raw: file, fileName: request.fileName };
  return { raw: Buffer.from(String(body['report'] ?? '')), fileName: '' };
}

const typedOf = (request: FastifyRequest): Typed =>
  Object.fromEntries(
    Object.entries((request.body ?? {}) as Record<string, unknown>).filter(
      ([, value]) => typeof value === 'string',
    ),
  ) as Typed;

export const logPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const providers = catalogue.providers.map(({ key, name }) => ({ key, name }));

  async function preview(request: FastifyRequest, raw: Buffer, typed: Typed) {
    if (raw.length === 0)
      return previewView(undefined, { typed, matches: [], addresses: new Map(), catalogue });
    const read = readReport(raw, catalogue, viewerOf(request).timeZone);
    const matches = await Promise.all(
      read.blocks.map(async (block) => {
        const number = block.provider
          ? await findOpenIncident(db, block.provider.key, block.networks)
          : undefined;
        if (number === undefined) return undefined;
        return db
          .selectFrom('incidents')
          .select(['number', 'title', 'state'])
          .where('number', '=', number)
          .executeTakeFirst();
      }),
    );
    const addresses = new Map<string, string>();
    for (const network of read.blocks.flatMap((block) => block.networks).slice(0, 20)) {
      const known = await findAddress(db, network.text);
      const name = known ? known.label || known.hostname || 'known' : 'not known yet';
      addresses.set(network.text, isDocumentation(network.cidr) ? `${name}; a documentation address` : name);
    }
    return previewView(read, {
      typed,
      matches: matches.map((one) => one && { ...one, stateWords: stateWords(one.state) }),
      addresses,
      catalogue,
    });
  }

  async function logView(
    request: FastifyRequest,
    problem?: { message: string; fields: Record<string, string> },
  ) {
    const { raw, fileName } = rawOf(request);
    const typed = typedOf(request);
    // A file that is text comes back in the field, so that nothing has to be chosen twice.
    const text = fileName ? raw.toString('utf8') : (typed['report'] ?? '');
    const shown = text.length <= 2_000_000 && !text.includes('\0') ? text : '';
    return {
      report: shown,
      lost: shown === '' && raw.length > 0,
      read: await preview(request, raw, typed),
      typed: { note: typed['note'] ?? '', to: typed['to'] ?? '', severity: typed['severity'] ?? 'normal' },
      providers,
      reasons: REASONS.filter((reason) => reason !== 'not-a-block'),
      severities: [...SEVERITIES],
      errors: problem?.fields ?? {},
      problem: problem?.message ?? '',
    };
  }

  app.get('/log', { config: { access: 'operator' } }, async (request, reply) =>
    reply.page('incidents/log', await logView(request)),
  );

  app.post(
    '/log/read',
    { config: { access: 'operator' }, bodyLimit: MAX_REPORT_BYTES },
    async (request, reply) => reply.page('incidents/log', await logView(request)),
  );

  /** What is read of the text so far: the part of the page that changes while somebody types. */
  app.post('/log/preview', { config: { access: 'operator' } }, async (request, reply) => {
    const { raw } = rawOf(request);
    const data = await logView(request);
    return reply.page('incidents/log-preview', { ...data, read: await preview(request, raw, {}) });
  });

  app.post('/log', { config: { access: 'operator' }, bodyLimit: MAX_REPORT_BYTES }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(LogForm, typedOf(request), { raw: ['report'] });
        const { raw, fileName } = rawOf(request);
        const to = form.to === 'new' ? 'new' : form.to && form.to !== 'auto' ? Number(form.to) : undefined;
        const given: Given = { ...form, raw, fileName, source: 'page', to };
        const blocks = blocksToLog(readReport(raw, catalogue, viewerOf(request).timeZone), given, catalogue);
        const input = { ...form, raw: raw.length };
        const answer = await once(
          db,
          { actor: actorOf(request), key: formKey(request.body), what: 'log', input },
          async (trx) => ({
            status: 303,
            body: await takeReport(trx, actorOf(request), given, blocks),
          }),
        );
        return reply.done(...whereTo(answer.body as Taken));
      },
      async (problem) => ({ view: 'incidents/log', data: await logView(request, problem) }),
    ),
  );

  /** The report as it came in, byte for byte, as a download that no browser runs. */
  app.get(
    '/incidents/:number/reports/:id',
    {
      config: { access: 'viewer' },
      schema: {
        params: Type.Object({
          number: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
          id: Type.Integer({ minimum: 1 }),
        }),
      },
    },
    async (request, reply) => {
      const { number, id } = request.params;
      const report = await db
        .selectFrom('reports as r')
        .innerJoin('incident_reports as ir', 'ir.report_id', 'r.id')
        .select('r.raw')
        .where('ir.incident_number', '=', number)
        .where('r.id', '=', id)
        .executeTakeFirst();
      if (!report) throw notFound('such report');
      return reply
        .header('content-disposition', `attachment; filename="incident-${number}-report-${id}.txt"`)
        .header('content-security-policy', "sandbox; default-src 'none'")
        .type('application/octet-stream')
        .send(report.raw);
    },
  );
};

function whereTo(taken: Taken): [string, string] {
  const { logged, appendedTo } = taken;
  const numbers = (list: number[]) => list.map((number) => `#${number}`).join(', ');
  const said = [
    logged.length > 0 && `Logged ${numbers(logged)}.`,
    appendedTo.length > 0 && `Added to ${numbers(appendedTo)}.`,
  ]
    .filter(Boolean)
    .join(' ');
  const only = [...logged, ...appendedTo];
  return [only.length === 1 ? `/incidents/${only[0]}` : '/incidents', said];
}
