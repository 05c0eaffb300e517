import type { FastifyRequest } from 'fastify';
import { type DestinationStream, pino } from 'pino';
import { loggedError, withoutPersons } from './logged-error.ts';
import { loggedPath } from './request-log.ts';

const SECRETS = ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'];

const loggedRequest = (request: FastifyRequest) => ({ method: request.method, path: loggedPath(request) });
const loggedWords = (words: unknown) => (typeof words === 'string' ? withoutPersons(words) : undefined);

/**
 * The log: a JSON object a line, without secrets and without personal data. What is logged of a request and of an error is
 * decided here. `src/docs/logs.md` names the fields.
 */
export const openLogger = (level: string, destination?: DestinationStream) =>
  pino(
    {
      level,
      redact: { paths: SECRETS, censor: '(not logged)' },
      serializers: { req: loggedRequest, err: loggedError, words: loggedWords },
      // The level as a word, and the time as people read it.
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination ?? pino.destination(1),
  );
