import type { FastifyInstance } from 'fastify';

/** Bodies of these types are not read here: their octets are kept as they came. */
export function takeOctets(app: FastifyInstance, types: string[], bodyLimit: number): void {
  app.addContentTypeParser(types, { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
    done(null, body),
  );
}
