import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { closed, orNull, SmallId, Type } from '../../json-schema.ts';
import { invalid } from '../../problem.ts';
import { actorOf } from '../../web/access.ts';
import { apiRoutes, paged } from '../../web/api-route.ts';
import { readCursor, writeCursor } from '../../web/cursor.ts';
import { apiOnce } from '../../web/idempotency.ts';
import { MAX_PICTURES_JSON_BYTES } from '../../web/limits.ts';
import { PicturesJson, picturesInJson } from '../pictures/json.ts';
import { digestOf } from '../pictures/picture.ts';
import { type KeptPicture, picturesOfReadings } from '../pictures/store.ts';
import { subjectNamed } from '../snapshots.ts';
import { getPlace, isTooOld, kindOfPlace, linkOfPlace, PLACES, placeOf } from './places.ts';
import { allowedWords } from './reading.ts';
import { nameOf, newestReadings, type Reading, readingHistory, recordReading } from './store.ts';

const route = apiRoutes('evidence');

const Subject = Type.String({ maxLength: 253 });
const Params = Type.Object({ subject: Subject, place: Type.String({ maxLength: 60 }) });

const Body = Type.Object(
  {
    value: Type.String({ minLength: 1, maxLength: 100 }),
    note: Type.Optional(Type.String({ maxLength: 2000 })),
    readAt: Type.Optional(Type.String({ format: 'date-time' })),
    incident: Type.Optional(SmallId),
    pictures: Type.Optional(PicturesJson),
  },
  closed,
);

const PictureJson = Type.Object({ id: Type.Integer(), name: Type.String() });
const ReadingJson = Type.Object({
  id: Type.Integer(),
  value: Type.String(),
  note: Type.String(),
  readAt: Type.String(),
  recordedBy: Type.String(),
  incident: orNull(Type.Integer()),
  tooOld: Type.Boolean(),
  pictures: Type.Array(PictureJson),
});
const PlaceJson = Type.Object({
  key: Type.String(),
  kind: Type.String(),
  name: Type.String(),
  provider: Type.String(),
  url: Type.String(),
  what: Type.String(),
  look: Type.String(),
  allowed: Type.String(),
  choices: Type.Array(Type.String()),
  currentDays: Type.Integer(),
  claim: orNull(Type.String()),
  source: Type.String(),
  verified: Type.Boolean(),
  last: orNull(ReadingJson),
});

const LIST = 'place-readings';

export const placeApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  function readingJson(reading: Reading, pictures: Map<number, KeptPicture[]>, now: Date) {
    const place = placeOf(reading.place);
    return {
      id: reading.id,
      value: reading.value,
      note: reading.note,
      readAt: reading.read_at.toISOString(),
      recordedBy: reading.recorded_by_name,
      incident: reading.incident_number,
      tooOld: place === undefined || isTooOld(place, reading.read_at, now),
      pictures: (pictures.get(reading.id) ?? []).map(({ id, name }) => ({ id, name })),
    };
  }
  const picturesFor = (readings: Reading[]) =>
    picturesOfReadings(
      db,
      readings.map(({ id }) => id),
    );

  app.get(
    '/evidence/:subject/places',
    route('viewer', 'evidence:read', {
      summary: 'Places that only people can look at, with what was read there last',
      params: Type.Object({ subject: Subject }),
      response: { 200: Type.Object({ items: Type.Array(PlaceJson) }) },
    }),
    async (request) => {
      const subject = subjectNamed(request.params.subject);
      const newest = await newestReadings(db, subject);
      const pictures = await picturesFor(newest);
      const now = new Date();
      const lastAt = (key: string) => newest.find(({ place }) => place === key);
      return {
        items: PLACES.filter(({ of }) => (of === 'address') === (subject.address !== undefined)).map(
          (place) => {
            const last = lastAt(place.key);
            const { key, name, provider, what, look, currentDays, claim = null, source, verified } = place;
            return {
              ...{ key, kind: kindOfPlace(place), name, provider, url: linkOfPlace(place, nameOf(subject)) },
              ...{ what, look, allowed: allowedWords(place), currentDays, claim, source, verified },
              choices: (place.value.choices ?? []).map(({ words }) => words),
              last: last ? readingJson(last, pictures, now) : null,
            };
          },
        ),
      };
    },
  );

  app.get(
    '/evidence/:subject/places/:place/readings',
    route('viewer', 'evidence:read', {
      summary: 'What was read at a place, newest first',
      params: Params,
      ...paged(ReadingJson),
    }),
    async (request) => {
      const { limit = 50, cursor } = request.query;
      const place = getPlace(request.params.place);
      const [at, id] = readCursor(cursor, LIST, ['time', 'id']) ?? [];
      const page = await readingHistory(db, subjectNamed(request.params.subject), place.key, {
        limit,
        after: at && id ? { at, id } : undefined,
      });
      const pictures = await picturesFor(page.items);
      const now = new Date();
      return {
        items: page.items.map((one) => readingJson(one, pictures, now)),
        next: page.next ? writeCursor(LIST, [page.next.at, page.next.id]) : null,
      };
    },
  );

  app.post(
    '/evidence/:subject/places/:place/readings',
    {
      ...route('operator', 'evidence:write', {
        summary: 'Record what a place shows, with its date and screenshots',
        params: Params,
        body: Body,
        response: { 201: Type.Object({ id: Type.Integer() }) },
      }),
      bodyLimit: MAX_PICTURES_JSON_BYTES,
    },
    async (request, reply) => {
      const { value, note = '', readAt, incident = null, pictures: given } = request.body;
      const place = getPlace(request.params.place);
      const subject = subjectNamed(request.params.subject);
      const pictures = picturesInJson(given);
      const at = readAt ? new Date(readAt) : new Date();
      if (at.getTime() > Date.now() + 60_000) throw invalid('readAt', 'This time is in the future.');
      const recorded = await apiOnce(
        db,
        request,
        async (trx) => ({
          id: await recordReading(trx, actorOf(request), {
            ...{ place, subject, value, note: note.trim(), readAt: at, pictures, incident },
          }),
        }),
        { input: { value, note, readAt, incident, pictures: pictures.map(digestOf) } },
      );
      return reply.code(201).send(recorded);
    },
  );
};
