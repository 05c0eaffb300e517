import type { FastifyReply } from 'fastify';
import { Problem } from '../../problem.ts';
import { PROBLEMS } from '../../web/problems.ts';

/** Answers a page's script: what it asked for, or what is wrong in words that it shows. */
export async function answerScript(reply: FastifyReply, make: () => Promise<object>): Promise<FastifyReply> {
  try {
    return reply.send(await make());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const [words = error.message] = Object.values(error.fields);
    return reply.code(PROBLEMS[error.code].status).send({ problem: words });
  }
}
