import type { FastifyRequest } from 'fastify';
import { type DestinationStream, pino } from 'pino';
import { loggedUrl } from './logged-url.ts';

const SECRETS = ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'];

const loggedRequest = ({ method, url, host, ip }: FastifyRequest) => ({
  method,
  url: loggedUrl(url),
  host,
  remoteAddress: ip,
});

/** The log, without secrets: what is logged of a request is in one place. */
export const openLogger = (level: string, destination?: DestinationStream) =>
  pino(
    { level, redact: { paths: SECRETS, censor: '(not logged)' }, serializers: { req: loggedRequest } },
    destination ?? pino.destination(1),
  );
