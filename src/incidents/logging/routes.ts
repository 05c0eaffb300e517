import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Network, parseNetworks } from '../../addresses/address.ts';
import { Id, SmallId, Type } from '../../json-schema.ts';
import { notFound, Problem } from '../../problem.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { providerChoices, providerMeant } from '../../providers/choice.ts';
import { REASONS, Reason } from '../../providers/schema.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../../web/forms.ts';
import { MAX_REPORT_BYTES } from '../../web/limits.ts';
import { orFormAgain } from '../../web/pages.ts';
import { fileOrPasted } from '../../web/uploads.ts';
import { SEVERITIES } from '../incidents.ts';
import { NumberParams } from '../number-params.ts';
import { addressNotes } from './address-notes.ts';
import { type AskedFor, blocksFor, numberAskedFor, takes } from './asked-for.ts';
import { incidentAskedFor } from './asked-for-store.ts';
import { type Block, blocksMeant } from './blocks.ts';
import { knownAbout } from './known-about.ts';
import { namedBeside, namedIn } from './named.ts';
import { findOpenIncident } from './open-incident.ts';
import { type Chosen, previewView } from './page.ts';
import { type ReadReport, readReport } from './read-report.ts';
import { rawReport } from './reports.ts';
import { blocksToLog, type Given, leftOut, type Taken, takeReport } from './take-report.ts';

const LogForm = Type.Object({
  provider: Type.Optional(Type.String({ maxLength: 120 })),
  addresses: Type.Optional(Type.String({ maxLength: 20_000 })),
  reason: Type.Optional(Reason),
  severity: Type.Optional(Type.Enum([...SEVERITIES])),
  note: Type.Optional(Type.String({ maxLength: 20_000 })),
  to: Type.Optional(Type.String({ pattern: '^(new|auto|\\d{1,9})$' })),
  incident: Type.Optional(Type.String({ pattern: '^\\d{1,9}$' })),
});
/** The incident that somebody brings a further report to. */
const LogQuery = Type.Object({ incident: Type.Optional(SmallId) });

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

/** Why a report was not read is shown in its place; what nobody foresaw goes on. */
function problemOnly(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}

const typedOf = (request: FastifyRequest): Typed => typedAgain(request.body);

/** Nothing was read that a server says. */
const isNoReport = ({ report }: ReadReport) =>
  report.rejections.length === 0 && report.notBlocks.length === 0 && report.format !== 'complaint';

/** Enough of it to tell a few words from what was copied. */
const beginningOf = (raw: Buffer): string => raw.toString('utf8', 0, 2000);

export const logPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, playbooks } = app.desk;

  /** A form that comes again with its faults shows what was read of its report the first time. */
  const reads = new WeakMap<FastifyRequest, Promise<ReadReport>>();
  function readOnce(request: FastifyRequest, raw: Buffer): Promise<ReadReport> {
    const read = reads.get(request) ?? readReport(raw, playbooks, viewerOf(request).timeZone);
    reads.set(request, read);
    return read;
  }

  /** What was read; where that says nothing of it, what a few words name, or the incident that they were brought to. */
  function blocksRead(read: ReadReport, raw: Buffer, asked: AskedFor | undefined): Block[] {
    if (asked) return blocksFor(read.blocks, asked);
    const text = beginningOf(raw);
    if (isNoReport(read)) {
      const named = namedIn(text, catalogue);
      return named ? [named] : [];
    }
    const [only, ...others] = read.blocks;
    if (!only || only.provider || others.length > 0) return read.blocks;
    return [{ ...only, provider: namedBeside(text, only.rejections, catalogue) }];
  }

  async function askedFor(request: FastifyRequest): Promise<AskedFor | undefined> {
    const { incident } = request.query as { incident?: number };
    const number = incident ?? numberAskedFor(typedOf(request)['incident']);
    return number === undefined ? undefined : incidentAskedFor(db, number, catalogue);
  }

  async function preview(request: FastifyRequest, raw: Buffer, typed: Typed, asked: AskedFor | undefined) {
    const chosen = chosenOf(typed, catalogue);
    const shown = { chosen, to: typed['to'] ?? '', catalogue, asked };
    const nothing = () => previewView(undefined, { ...shown, matches: [], addresses: new Map() });
    if (raw.length === 0) return nothing();
    const read = await readOnce(request, raw).catch(problemOnly);
    if (read instanceof Problem) return { ...nothing(), unread: read.message };
    const { report } = read;
    const blocks = blocksRead(read, raw, asked);
    const toLog = blocksMeant(blocks, chosen.provider, networksTyped(chosen.addresses));
    const named = blocks[0] ?? { networks: [] };
    const about = { viewer: viewerOf(request), catalogue };
    const [known, addresses, ...matches] = await Promise.all([
      isNoReport(read) && !asked ? knownAbout(db, beginningOf(raw), named, about) : undefined,
      addressNotes(
        db,
        [...blocks, ...toLog].flatMap(({ networks }) => networks),
      ),
      ...toLog.map((block) => {
        if (takes(asked, block)) return asked;
        return block.provider && findOpenIncident(db, block.provider.key, block.networks);
      }),
    ]);
    const view = previewView(
      { report, blocks, toLog },
      { ...shown, addresses, matches: matches.map((match) => match ?? undefined) },
    );
    return { ...view, known: known ?? null };
  }

  async function logView(request: FastifyRequest, problem?: FormProblem) {
    const { raw, fileName } = fileOrPasted(request, 'report');
    const typed = typedOf(request);
    const asked = await askedFor(request);
    // A file that is text comes back in the field, so that nothing has to be chosen twice.
    const text = fileName ? raw.toString('utf8') : (typed['report'] ?? '');
    const shown = text.length <= 2_000_000 && !text.includes('\0') ? text : '';
    return {
      report: shown,
      lost: shown === '' && raw.length > 0,
      chooseAgain: [],
      asked: asked ? { ...asked, isClosed: asked.state === 'closed' } : null,
      read: await preview(request, raw, typed, asked),
      typed: { note: typed['note'] ?? '', to: typed['to'] ?? '', severity: typed['severity'] ?? 'normal' },
      choices: providerChoices(catalogue),
      reasons: REASONS.filter((reason) => reason !== 'not-a-block'),
      severities: [...SEVERITIES],
      ...problemView(problem),
    };
  }

  app.get(
    '/log',
    { config: { access: 'operator' }, schema: { querystring: LogQuery } },
    async (request, reply) => reply.page('incidents/log', await logView(request)),
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
        const asked = await askedFor(request);
        const chosen = form.to === 'auto' ? undefined : numberAskedFor(form.to);
        const to = form.to === 'new' ? 'new' : (chosen ?? asked?.number);
        const given: Given = { ...form, raw, fileName, source: 'page', to };
        const read = await readOnce(request, raw);
        const blocks = blocksToLog({ ...read, blocks: blocksRead(read, raw, asked) }, given, catalogue);
        const taken = await formOnce(db, request, { what: 'log', input: { ...form, raw } }, (trx) =>
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
        params: Type.Object({ ...NumberParams.properties, id: Id }),
      },
    },
    async (request, reply) => {
      const { number, id } = request.params;
      const raw = await rawReport(db, number, id);
      if (!raw) throw notFound('such report');
      return reply
        .header('content-disposition', `attachment; filename="incident-${number}-report-${id}.txt"`)
        .header('content-security-policy', "sandbox; default-src 'none'")
        .type('application/octet-stream')
        .send(raw);
    },
  );
};

function whereTo(taken: Taken, left: number): [string, string, number[]] {
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
  return [only.length === 1 ? `/incidents/${only[0]}` : '/incidents', said, only];
}
