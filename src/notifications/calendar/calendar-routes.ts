import { createHash } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../../json-schema.ts';
import { notFound } from '../../problem.ts';
import { readDueDates } from './due-dates.ts';
import { icalendar } from './icalendar.ts';
import { openCalendar } from './links.ts';

const SecretParams = Type.Object({ secret: Type.String({ maxLength: 100 }) });

/** RFC 9110 § 13.1.2, compared weakly. */
const matches = (header: string | undefined, tag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' ||
    header
      .slice(0, 2000)
      .split(',')
      .some((one) => one.trim().replace(/^W\//, '') === tag));

/** The calendar by its secret address. The address is in no log: it is all that it takes. */
export const calendarRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, config } = app.desk;

  app.get(
    '/calendar/:secret.ics',
    { config: { access: 'public' }, logLevel: 'silent', schema: { params: SecretParams } },
    async (request, reply) => {
      const calendar = await openCalendar(db, request.params.secret);
      if (!calendar) throw notFound('such calendar; its address was revoked or is another one by now');
      const dates = await readDueDates(db, catalogue, calendar, {
        now: new Date(),
        origin: config.baseUrl ?? '',
      });
      const body = icalendar(dates, { name: 'Delist Desk', hasAlarms: calendar.hasAlarms });
      const tag = `"${createHash('sha256').update(body).digest('base64url')}"`;
      reply.header('etag', tag).header('cache-control', 'private, no-cache');
      if (matches(request.headers['if-none-match'], tag)) return reply.code(304).send();
      return reply
        .type('text/calendar; charset=utf-8')
        .header('content-disposition', 'inline; filename="delist-desk.ics"')
        .send(body);
    },
  );
};
