import type { FastifyReply, FastifyRequest } from 'fastify';
import { localPath } from './links.ts';
import { type ChosenFiles, filesToChooseAgain } from './uploads.ts';

/** A field of a form whose session expired meanwhile. */
type CarriedField = { name: string; value: string };
type Carried = { path: string; fields: CarriedField[]; files: ChosenFiles[] };

/** A password or key is never written into a page. */
const SECRET =
  /^(?:password|current|carried|link|token|secret|clientSecret|oauthClientSecret|dkimKey|passkey)$/;

const MAX_CARRIED = 1024 * 1024;

function fieldsOf(body: unknown): CarriedField[] {
  return Object.entries((body ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
    name === '_csrf'
      ? []
      : (Array.isArray(value) ? value : [value])
          .filter((one) => typeof one === 'string')
          .map((one) => ({ name, value: one as string })),
  );
}

/** Whether the request is a form whose text should survive signing in again. */
export const isCarried = (request: FastifyRequest) =>
  request.method === 'POST' && fieldsOf(request.body).length > 0;

/** The sign-in page that holds the typed text, so that nothing is lost by an expired session. */
export function signInToGoOn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const carried: Carried = {
    path: localPath(request.url),
    fields: fieldsOf(request.body).filter(({ name }) => !SECRET.test(name)),
    files: filesToChooseAgain(request),
  };
  return reply.page(
    'accounts/sign-in',
    { email: '', next: '', problem: '', carried: JSON.stringify(carried) },
    401,
  );
}

/** Fields as a page shows them, to be read, changed and sent again. */
export const shownFields = (fields: CarriedField[], errors: Record<string, string> = {}) =>
  fields.map(({ name, value }) => ({
    name,
    value,
    hidden: name.startsWith('_') || /^(version|to)$/.test(name),
    long: value.length > 80 || value.includes('\n'),
    error: errors[name] ?? '',
  }));

/** The form of a request that could not be served, to be sent again; undefined where there is nothing to keep. */
export function formAgain(
  request: FastifyRequest,
  errors: Record<string, string>,
): { path: string; fields: ReturnType<typeof shownFields>; files: ChosenFiles[] } | undefined {
  const fields = fieldsOf(request.body);
  if (request.method !== 'POST' || fields.length === 0 || fields.some(({ name }) => SECRET.test(name)))
    return undefined;
  return {
    path: localPath(request.url),
    fields: shownFields(fields, errors),
    files: filesToChooseAgain(request),
  };
}

const isChosen = ({ field, names }: ChosenFiles): boolean =>
  typeof field === 'string' && Array.isArray(names) && names.every((name) => typeof name === 'string');

/** Reads what the sign-in form carried along. Anything but a local path with text fields and names of files is dropped. */
export function readCarried(text: string | undefined): Carried | undefined {
  if (!text || text.length > MAX_CARRIED * 2) return undefined;
  try {
    const { path, fields, files = [] } = JSON.parse(text) as Carried;
    const local = localPath(path);
    if (local === '/' && path !== '/') return undefined;
    const texts = fields
      .filter((field) => typeof field.name === 'string' && typeof field.value === 'string')
      .slice(0, 200);
    return { path: local, fields: texts, files: files.filter(isChosen).slice(0, 20) };
  } catch {
    return undefined;
  }
}
