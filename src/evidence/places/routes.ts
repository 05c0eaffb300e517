import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { SmallId, Type } from '../../json-schema.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { readCursor, writeCursor } from '../../web/cursor.ts';
import { formOnce } from '../../web/form-once.ts';
import { localInput } from '../../web/format.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../../web/forms.ts';
import { MAX_REPORT_BYTES } from '../../web/limits.ts';
import { readMoment } from '../../web/moment.ts';
import { orFormAgain } from '../../web/pages.ts';
import { uploadsIn } from '../../web/uploads.ts';
import { digestOf, picturesFrom } from '../pictures/picture.ts';
import { picturesOfReadings } from '../pictures/store.ts';
import { subjectNamed } from '../snapshots.ts';
import { placeReadingsView, placesView } from './page.ts';
import { getPlace } from './places.ts';
import { nameOf, newestReadings, readingHistory, recordReading } from './store.ts';

const Subject = Type.String({ maxLength: 253 });
const PlaceParams = Type.Object({ subject: Subject, place: Type.String({ maxLength: 60 }) });
const PlaceQuery = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  incident: Type.Optional(SmallId),
});
const ReadingForm = Type.Object({
  value: Type.String({ minLength: 1, maxLength: 100, description: 'what the place shows' }),
  note: Type.Optional(Type.String({ maxLength: 2000 })),
  at: Type.Optional(Type.String({ maxLength: 30 })),
  incident: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'the number of an incident' }),
  ),
});

const LIST = 'place-readings';
const SHOWN = 30;

export const placePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  /** Where one can look, and what was read there last. */
  app.get(
    '/evidence/:subject/places',
    {
      config: { access: 'viewer' },
      schema: { params: Type.Object({ subject: Subject }), querystring: PlaceQuery },
    },
    async (request, reply) => {
      const subject = subjectNamed(request.params.subject);
      const of = subject.address === undefined ? 'domain' : 'address';
      const newest = await newestReadings(db, subject);
      return reply.page('places/list', {
        ...placesView(nameOf(subject), of, newest, new Date()),
        incident: request.query.incident ?? null,
      });
    },
  );

  async function view(
    request: FastifyRequest,
    { subject: text, place: key }: { subject: string; place: string },
    query: { cursor?: string; incident?: number | string } = {},
    typed: Record<string, string> = {},
    problem?: FormProblem,
  ) {
    const place = getPlace(key);
    const subject = subjectNamed(text);
    const [at, id] = readCursor(query.cursor, LIST, ['time', 'id']) ?? [];
    const after = at && id ? { at, id } : undefined;
    const page = await readingHistory(db, subject, place.key, { limit: SHOWN, after });
    const now = new Date();
    const zone = viewerOf(request).timeZone;
    const pictures = await picturesOfReadings(
      db,
      page.items.map((one) => one.id),
    );
    return {
      ...placeReadingsView(place, nameOf(subject), page.items, pictures, now),
      next: page.next ? writeCursor(LIST, [page.next.at, page.next.id]) : '',
      incident: query.incident ?? '',
      zone,
      now: localInput(now, zone),
      values: { value: typed['value'] ?? '', note: typed['note'] ?? '', at: typed['at'] ?? '' },
      ...problemView(problem),
    };
  }

  app.get(
    '/evidence/:subject/places/:place',
    { config: { access: 'viewer' }, schema: { params: PlaceParams, querystring: PlaceQuery } },
    async (request, reply) => reply.page('places/show', await view(request, request.params, request.query)),
  );

  app.post(
    '/evidence/:subject/places/:place',
    { config: { access: 'operator' }, bodyLimit: MAX_REPORT_BYTES, schema: { params: PlaceParams } },
    async (request, reply) => {
      const place = getPlace(request.params.place);
      const subject = subjectNamed(request.params.subject);
      return orFormAgain(
        reply,
        async () => {
          const form = readForm(ReadingForm, request.body);
          const pictures = picturesFrom('pictures', uploadsIn(request, 'pictures'));
          const given = {
            place,
            subject,
            value: form.value,
            note: form.note?.trim() ?? '',
            readAt: readMoment(request, 'at', form.at) ?? new Date(),
            pictures,
            incident: form.incident ?? null,
          };
          await formOnce(
            db,
            request,
            {
              what: `read ${place.key} ${nameOf(subject)}`,
              input: { form, pictures: pictures.map(digestOf) },
            },
            (trx) => recordReading(trx, actorOf(request), given),
          );
          const back = form.incident
            ? `/incidents/${form.incident}#h-ev`
            : `/evidence/${nameOf(subject)}/places/${place.key}`;
          return reply.done(back, `Recorded: ${place.name}, ${form.value}.`);
        },
        async (problem) => {
          const typed = typedAgain(request.body);
          return {
            view: 'places/show',
            data: await view(request, request.params, { incident: typed['incident'] ?? '' }, typed, problem),
          };
        },
      );
    },
  );
};
