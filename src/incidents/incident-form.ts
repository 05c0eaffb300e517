import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../web/access.ts';
import type { FormProblem } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { NumberParams } from './number-params.ts';

export type App = Parameters<FastifyPluginAsyncTypebox>[0];

type IncidentForm = {
  access: Access;
  /** Of a form that brings files. */
  bodyLimit?: number;
  act: (request: FastifyRequest, reply: FastifyReply, number: number) => Promise<FastifyReply>;
  /** The page that comes back on a mistake, with what was typed. */
  again: (
    request: FastifyRequest,
    number: number,
    problem: FormProblem,
  ) => Promise<{ view: string; data: object }>;
};

/** A form of an incident. */
export const incidentForm = (app: App, path: string, { access, bodyLimit, act, again }: IncidentForm) =>
  app.post(
    path,
    { config: { access }, ...(bodyLimit ? { bodyLimit } : {}), schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      return orFormAgain(
        reply,
        () => act(request, reply, number),
        (problem) => again(request, number, problem),
      );
    },
  );
