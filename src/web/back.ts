import type { FastifyRequest } from 'fastify';

/** A letter or an incident: nothing else sends people to a form and wants them back. */
const PAGES = /^\/incidents\/\d{1,9}(\/letters\/\d{1,9})?$/;

/** The page from which a form was opened, to return to once it is saved; empty where there is none. */
export function backOf(request: FastifyRequest): string {
  const { back } = { ...(request.query as object), ...(request.body as object) } as { back?: unknown };
  return typeof back === 'string' && PAGES.test(back) ? back : '';
}
