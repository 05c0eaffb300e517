import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { survivorOf } from '../incidents/merge/survivor.ts';
import { count } from '../metrics/measure.ts';
import type { Problem } from '../problem.ts';
import { localPath, withNext } from './links.ts';
import { problemPage, tellWhenAgain } from './pages.ts';
import { PROBLEMS, toProblem } from './problems.ts';
import { isCarried, signInToGoOn } from './resume.ts';
import { NOT_KNOWN } from './wrong-input.ts';

const wantsJson = (request: FastifyRequest) =>
  request.url.startsWith('/api/') ||
  request.url.startsWith('/metrics') ||
  ['/healthz', '/readyz'].includes(request.url);

/** problem+json, RFC 9457. */
function problemJson(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error);
  const kind = PROBLEMS[problem.code];
  if (kind.status === 401) reply.header('www-authenticate', 'Bearer');
  tellWhenAgain(reply, kind);
  const body = {
    type: `/problems#${problem.code}`,
    title: kind.title,
    status: kind.status,
    detail: problem.message,
    instance: request.id,
    ...(Object.keys(problem.fields).length > 0 ? { fields: problem.fields } : {}),
    ...problem.facts,
  };
  return reply.code(kind.status).serializer(JSON.stringify).type('application/problem+json').send(body);
}

/**
 * Where to look instead for what is asked of an incident that became a part of another; undefined for anything else,
 * and for what would change something. Not for ever: a merge can be undone.
 */
async function mergedElsewhere(
  { code, facts }: ReturnType<typeof toProblem>,
  request: FastifyRequest,
): Promise<string | undefined> {
  const { number } = (request.params ?? {}) as { number?: unknown };
  if (request.method !== 'GET' || typeof number !== 'number') return undefined;
  if (code !== 'incident-merged' && code !== 'not-found') return undefined;
  const own = `/incidents/${number}`;
  if (!request.url.includes(own)) return undefined;
  const into =
    code === 'incident-merged'
      ? (facts['mergedInto'] as number)
      : await survivorOf(request.server.desk.db, number).catch(() => null);
  return into === null ? undefined : request.url.replace(own, `/incidents/${into}`);
}

/** Names of wrong inputs, of those that we gave them: an input that is not known has a name of the sender's. */
const ownFields = ({ fields }: Problem): string[] =>
  Object.entries(fields).flatMap(([name, words]) => (words === NOT_KNOWN ? [] : (name.split('.')[0] ?? [])));

/** The one place where errors become answers: problem+json under `/api`, a page elsewhere. */
export async function answerError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const problem = toProblem(error);
  const elsewhere = await mergedElsewhere(problem, request);
  if (elsewhere) return reply.redirect(elsewhere, 307);
  count('delist_desk_problems_total', { problem: problem.code });
  if (problem.code === 'unexpected') request.log.error({ err: error }, 'unexpected');
  else request.log.info({ problem: problem.code, fields: ownFields(problem) }, 'refused');
  if (wantsJson(request)) return problemJson(error, request, reply);
  if (problem.code === 'not-signed-in') {
    if (isCarried(request)) return signInToGoOn(request, reply);
    if (request.method === 'GET') return reply.redirect(withNext('/sign-in', localPath(request.url)), 303);
  }
  if (problem.code === 'second-factor-needed' && request.method === 'GET')
    return reply.redirect('/settings/second-factor', 303);
  return problemPage(problem, request, reply);
}
