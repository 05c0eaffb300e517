import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { kindTitles } from '../evidence/kind-titles.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { type Static, Type } from '../json-schema.ts';
import { viewerOf } from '../web/access.ts';
import { apiRoutes } from '../web/api-route.ts';
import { PART_NAMES } from './parts.ts';
import { readDossier, sourcesOf } from './store.ts';
import { withoutNotes } from './without-notes.ts';

const route = apiRoutes('incidents');

const PAPERS = ['a4', 'letter'] as const;
const DossierQuery = Type.Object({
  paper: Type.Optional(
    Type.Enum([...PAPERS], { description: 'the size of the sheets; A4 where none is named' }),
  ),
  notes: Type.Optional(
    Type.Enum(['yes', 'no'], {
      description:
        '`no`: without what is for us alone: notes and reasons, who is affected, who looks after it, tags, fields of this desk',
    }),
  ),
  parts: Type.Optional(
    Type.Array(Type.Enum(PART_NAMES), {
      maxItems: PART_NAMES.length,
      description: 'what the PDF has, once for each part; all of them where none is named',
    }),
  ),
});
type DossierQuery = Static<typeof DossierQuery>;

/** One is written at a time: each keeps its sheets in memory until it is whole. */
let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(make: () => Promise<T>): Promise<T> {
  const mine = last.then(make, make);
  last = mine.catch(() => undefined);
  return mine;
}

type Given = { params: { number: number }; query: DossierQuery };

/** The two files of an incident, as both pages and API serve them. */
function dossiers({ db, catalogue }: FastifyInstance['desk']) {
  async function made(request: FastifyRequest, { params, query }: Given) {
    const { number } = params;
    const withNotes = query.notes !== 'no';
    const whole = await readDossier(db, number);
    const read = withNotes ? whole : withoutNotes(whole);
    const now = new Date();
    // Loaded when the first one is asked for: a start needs neither writer nor fonts.
    const [{ dossierContents }, { writePdf }] = await Promise.all([
      import('./contents.ts'),
      import('./pdf.ts'),
    ]);
    const options = {
      zone: viewerOf(request).timeZone,
      now,
      providerName: catalogue.byKey.get(read.row.provider)?.name ?? read.row.provider,
      kindTitles: await kindTitles(),
    };
    const blocks = dossierContents(read, options, query.parts);
    const paper = () => inTurn(() => writePdf(`#${number} ${read.row.title}`, blocks, query.paper ?? 'a4'));
    return { read, now, withNotes, paper };
  }

  const named = (reply: FastifyReply, { params }: Given, ending: 'pdf' | 'zip') =>
    reply
      .header('content-disposition', `attachment; filename="incident-${params.number}.${ending}"`)
      .header('content-security-policy', "sandbox; default-src 'none'")
      .header('x-content-type-options', 'nosniff')
      .type(`application/${ending}`);

  return {
    async pdf(request: FastifyRequest, reply: FastifyReply, given: Given) {
      const { paper } = await made(request, given);
      return named(reply, given, 'pdf').send(await paper());
    },
    async zip(request: FastifyRequest, reply: FastifyReply, given: Given) {
      const { read, now, withNotes, paper } = await made(request, given);
      const [{ writeArchive }, { dossierFiles }] = await Promise.all([
        import('./archive.ts'),
        import('./files.ts'),
      ]);
      const sources = await sourcesOf(db, given.params.number);
      const files = [
        { name: 'dossier.pdf', at: now, read: paper },
        ...dossierFiles(db, read, sources, { now, withNotes }),
      ];
      return named(reply, given, 'zip').send(writeArchive(files, now));
    },
  };
}

const WORDS = {
  pdf: 'The incident as one PDF: letters with their claims, correspondence, evidence, rejections, timeline',
  zip: 'The PDF with all sources byte for byte, evidence, screenshots, JSON, the whole timeline and SHA-256 sums, as one .zip',
} as const;
const KINDS = ['pdf', 'zip'] as const;

/** An incident as one file: to print, to send, to put away. */
export const dossierPages: FastifyPluginAsyncTypebox = async (app) => {
  const serve = dossiers(app.desk);
  for (const kind of KINDS)
    app.get(
      `/incidents/:number/dossier.${kind}`,
      { config: { access: 'viewer' }, schema: { params: NumberParams, querystring: DossierQuery } },
      (request, reply) => serve[kind](request, reply, request),
    );
};

export const dossierApi: FastifyPluginAsyncTypebox = async (app) => {
  const serve = dossiers(app.desk);
  for (const kind of KINDS)
    app.get(
      `/incidents/:number/dossier.${kind}`,
      route('viewer', 'incidents:read', {
        summary: WORDS[kind],
        params: NumberParams,
        querystring: DossierQuery,
      }),
      (request, reply) => serve[kind](request, reply, request),
    );
};
