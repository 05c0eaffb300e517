import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { isDocumentation, type Network, parseNetworks } from '../addresses/address.ts';
import { findAddress } from '../addresses/store.ts';
import { Id, Type } from '../json-schema.ts';
import { notFound } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { providerChoices, providerMeant } from '../providers/choice.ts';
import { REASONS, Reason } from '../providers/schema.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { orFormAgain } from '../web/pages.ts';
import { fileOrPasted } from '../web/uploads.ts';
import { SEVERITIES, stateWords } from './incidents.ts';
import { findOpenIncident } from './log.ts';
import { type Chosen, previewView } from './log-page.ts';
import { withAddresses } from './report.ts';
import { blocksToLog, type Given, leftOut, readReport, type Taken, takeReport } from './take-report.ts';

const LogForm = Type.Object({
  provider: Type.Optional(Type.String({ maxLength: 120 })),
  addresses: Type.Optional(Type.String({ maxLength: 20_000 })),
  reason: Type.Optional(Reason),
  severity: Type.Optional(Type.Enum([...SEVERITIES])),
  note: Type.Optional(Type.String({ maxLength: 20_000 })),
  to: Type.Optional(Type.String({ pattern: '^(new|auto|\\d{1,9})$' })),
});

type Typed = Record<string, string>;

/** What a person changed of what was read: the form carries both. */
function chosenOf(typed: Typed, catalogue: Catalogue): Chosen {
  const changed = (name: string) => {
    const value = typed[name]?.trim() ?? '';
    return value === (typed[`_found_${name}`] ?? '') ? '' : value;
  };
  const providerText = changed('provider');
  return {
    providerText,
    provider: providerMeant(providerText, catalogue),
    addresses: changed('addresses'),
    reason: changed('reason'),
  };
}

/** Addresses as typed so far; half an address is none yet. */
function networksTyped(text: string): Network[] {
  try {
    return parseNetworks(text);
  } catch {
    return [];
  }
}

const typedOf = (request: FastifyRequest): Typed => typedAgain(request.body);

export const logPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  /** The open incident that a block of this provider and these addresses would be added to. */
  async function openFor(provider: string | undefined, networks: Network[]) {
    const number = provider ? await findOpenIncident(db, provider, networks) : undefined;
    if (number === undefined) return undefined;
    const found = await db
      .selectFrom('incidents')
      .select(['number', 'title', 'state'])
      .where('number', '=', number)
      .executeTakeFirst();
    return found && { ...found, stateWords: stateWords(found.state) };
  }

  async function preview(request: FastifyRequest, raw: Buffer, typed: Typed) {
    const chosen = chosenOf(typed, catalogue);
    const more = { chosen, to: typed['to'] ?? '', catalogue };
    if (raw.length === 0) return previewView(undefined, { ...more, matches: [], addresses: new Map() });
    const { report, blocks } = readReport(raw, catalogue, viewerOf(request).timeZone);
    const read = {
      report,
      blocks: blocks.length > 1 ? withAddresses(blocks, networksTyped(chosen.addresses)) : blocks,
    };
    const [only] = read.blocks;
    const matches = await Promise.all(
      read.blocks.length > 1
        ? read.blocks.map((block) => openFor(block.provider?.key, block.networks))
        : [
            openFor(
              (chosen.provider ?? only?.provider)?.key,
              chosen.addresses ? networksTyped(chosen.addresses) : (only?.networks ?? []),
            ),
          ],
    );
    const addresses = new Map<string, string>();
    for (const network of read.blocks.flatMap((block) => block.networks).slice(0, 20)) {
      const known = await findAddress(db, network.text);
      const name = known ? known.label || known.hostname || 'known' : 'not known yet';
      addresses.set(network.text, isDocumentation(network.cidr) ? `${name}; a documentation address` : name);
    }
    return previewView(read, { ...more, matches, addresses });
  }

  async function logView(request: FastifyRequest, problem?: FormProblem) {
    const { raw, fileName } = fileOrPasted(request, 'report');
    const typed = typedOf(request);
    // A file that is text comes back in the field, so that nothing has to be chosen twice.
    const text = fileName ? raw.toString('utf8') : (typed['report'] ?? '');
    const shown = text.length <= 2_000_000 && !text.includes('\0') ? text : '';
    return {
      report: shown,
      lost: shown === '' && raw.length > 0,
      read: await preview(request, raw, typed),
      typed: { note: typed['note'] ?? '', to: typed['to'] ?? '', severity: typed['severity'] ?? 'normal' },
      choices: providerChoices(catalogue),
      reasons: REASONS.filter((reason) => reason !== 'not-a-block'),
      severities: [...SEVERITIES],
      ...problemView(problem),
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
  app.post('/log/preview', { config: { access: 'operator' } }, async (request, reply) =>
    reply.page('incidents/log-preview', await logView(request)),
  );

  app.post('/log', { config: { access: 'operator' }, bodyLimit: MAX_REPORT_BYTES }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(LogForm, typedOf(request), { raw: ['report'] });
        const { raw, fileName } = fileOrPasted(request, 'report');
        const to = form.to === 'new' ? 'new' : form.to && form.to !== 'auto' ? Number(form.to) : undefined;
        const given: Given = { ...form, raw, fileName, source: 'page', to };
        const read = readReport(raw, catalogue, viewerOf(request).timeZone);
        const blocks = blocksToLog(read, given, catalogue);
        const input = { ...form, raw: raw.toString('base64') };
        const taken = await formOnce(db, request, { what: 'log', input }, (trx) =>
          takeReport(trx, actorOf(request), given, blocks),
        );
        return reply.done(...whereTo(taken, leftOut(read.blocks, given)));
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
          id: Id,
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

function whereTo(taken: Taken, left: number): [string, string] {
  const { logged, appendedTo } = taken;
  const numbers = (list: number[]) => list.map((number) => `#${number}`).join(', ');
  const said = [
    logged.length > 0 && `Logged ${numbers(logged)}.`,
    appendedTo.length > 0 && `Added to ${numbers(appendedTo)}.`,
    left > 0 &&
      `Left out: ${left === 1 ? 'a rejection' : `${left} rejections`} by a receiver that the catalogue does not know.`,
  ]
    .filter(Boolean)
    .join(' ');
  const only = [...logged, ...appendedTo];
  return [only.length === 1 ? `/incidents/${only[0]}` : '/incidents', said];
}
