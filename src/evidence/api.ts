import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Db, Trx } from '../database/open.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { addressesOf, getIncident } from '../incidents/store.ts';
import { closed, orNull, type Static, Type } from '../json-schema.ts';
import { CLAIM_KEYS, claimText } from '../letters/claims/claims.ts';
import { invalid } from '../problem.ts';
import { getProfile } from '../profile/store.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes } from '../web/api-route.ts';
import { apiOnce } from '../web/idempotency.ts';
import { MAX_PICTURES_JSON_BYTES } from '../web/limits.ts';
import { pastMoment } from '../web/moment.ts';
import { askForCheck, lastCheck } from './checks/store.ts';
import { SnapshotJson, snapshotJson } from './json.ts';
import { PicturesJson, picturesInJson } from './pictures/json.ts';
import { RECORDED_KINDS } from './recorded-kinds.ts';
import { standingSnapshots } from './snapshots.ts';
import { RESULTS, recordEvidence } from './store.ts';

const route = apiRoutes('evidence');

/** A fact that was looked up by hand has the first four; without any of them the evidence is checked. */
const Body = Type.Object(
  {
    claim: Type.Optional(Type.Enum([...CLAIM_KEYS])),
    result: Type.Optional(Type.Enum([...RESULTS])),
    words: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
    source: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
    observedAt: Type.Optional(Type.String({ format: 'date-time' })),
    address: Type.Optional(Type.String({ maxLength: 80 })),
    pictures: Type.Optional(PicturesJson),
    kinds: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { minItems: 1, maxItems: 50 })),
  },
  closed,
);
type Body = Static<typeof Body>;
const NEEDED = ['claim', 'result', 'words', 'source'] as const;
type ByHand = Body & Required<Pick<Body, (typeof NEEDED)[number]>>;

function isByHand(body: Body): body is ByHand {
  if (NEEDED.every((name) => body[name] === undefined)) return false;
  const missing = NEEDED.find((name) => body[name] === undefined);
  if (missing) throw invalid(missing, `A fact that was looked up needs ${NEEDED.join(', ')}.`);
  return true;
}

/** Kinds that a check looks at; what people read somewhere or bring is none of them. */
async function checkedKinds(keys: string[] | undefined): Promise<string[] | undefined> {
  if (keys === undefined) return undefined;
  const { KINDS } = await import('./kinds.ts');
  const known = [...KINDS, ...RECORDED_KINDS].map(({ key }) => key);
  const unknown = keys.find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw invalid(
      'kinds',
      `“${unknown}” is no kind of evidence that is checked; these are: ${known.join(', ')}.`,
    );
  return keys;
}

const progress = {
  id: Type.Integer(),
  parts: Type.Integer(),
  done: Type.Integer(),
  finishedAt: orNull(Type.String({ format: 'date-time' })),
};
const LookedUpJson = Type.Object({
  check: orNull(Type.Object({ ...progress, askedAt: Type.String({ format: 'date-time' }) })),
  items: Type.Array(SnapshotJson),
});
const AskedJson = Type.Object({ check: Type.Object(progress) });
const RecordedJson = Type.Object({
  id: Type.Integer(),
  claim: Type.String(),
  result: Type.String(),
  words: Type.String(),
  source: Type.String(),
  observedAt: Type.String({ format: 'date-time' }),
  address: orNull(Type.String()),
});

export const evidenceApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  const networksOf = async (from: Db | Trx, number: number) =>
    (await addressesOf(from, [number])).get(number) ?? [];

  async function read(number: number) {
    const [check, networks, profile] = await Promise.all([
      lastCheck(db, number),
      networksOf(db, number),
      getProfile(db),
    ]);
    const snapshots = await standingSnapshots(db, { networks, domains: profile.sendingDomains });
    return {
      check: check
        ? {
            id: check.id,
            askedAt: check.asked_at.toISOString(),
            parts: check.parts,
            done: check.parts_done,
            finishedAt: check.finished_at?.toISOString() ?? null,
          }
        : null,
      items: snapshots.map(snapshotJson),
    };
  }

  app.get(
    '/incidents/:number/evidence',
    route('viewer', 'evidence:read', {
      summary: 'What was looked up, and how far the newest check is',
      params: NumberParams,
      response: { 200: LookedUpJson },
    }),
    async (request) => {
      await getIncident(db, request.params.number);
      return read(request.params.number);
    },
  );

  app.post(
    '/incidents/:number/evidence',
    {
      ...route('operator', 'evidence:write', {
        summary: 'Check the evidence again, or record a fact that was looked up, with its source and date',
        params: NumberParams,
        body: Body,
        response: { 201: RecordedJson, 202: AskedJson },
      }),
      bodyLimit: MAX_PICTURES_JSON_BYTES,
      // Nothing sent asks for all kinds.
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request, reply) => {
      const { number } = request.params;
      const { body } = request;
      return isByHand(body)
        ? reply.code(201).send(await record(request, number, body))
        : reply.code(202).send(await check(request, number, await checkedKinds(body.kinds)));
    },
  );

  const check = (request: FastifyRequest, number: number, kinds: string[] | undefined) =>
    apiOnce(db, request, async (trx) => {
      await getIncident(trx, number);
      const networks = await networksOf(trx, number);
      const id = await askForCheck(trx, {
        incident: number,
        networks,
        kinds,
        askedBy: actorOf(request).name,
      });
      return { check: { id, parts: 0, done: 0, finishedAt: null } };
    });

  function record(request: FastifyRequest, number: number, given: ByHand) {
    const { observedAt, address, kinds: _kinds, pictures: sent, ...fact } = given;
    const pictures = picturesInJson(sent);
    return apiOnce(db, request, async (trx) => {
      const at = observedAt ? pastMoment('observedAt', observedAt) : new Date();
      const id = await recordEvidence(trx, actorOf(request), number, {
        ...fact,
        about: claimText(fact.claim),
        observedAt: at,
        address: address ?? null,
        pictures,
      });
      return { id, ...fact, observedAt: at.toISOString(), address: address ?? null };
    });
  }
};
