import type { FastifyError } from 'fastify';
import { Problem, type ProblemCode } from '../problem.ts';
import { wrongWords } from './wrong-input.ts';

export type Kind = {
  status: number;
  title: string;
  todo: string;
  /** Seconds after which it may be tried again by itself. */
  retryAfter?: number;
};

/** Every problem that a page or an API answer can name: the one list, shown at `/problems`. */
export const PROBLEMS: Record<ProblemCode, Kind> = {
  'bad-request': {
    status: 400,
    title: 'The request could not be read',
    todo: 'Check its form and send it again.',
  },
  invalid: {
    status: 422,
    title: 'Something in it is wrong',
    todo: 'Correct what is named and send it again. Nothing was changed.',
  },
  'not-found': { status: 404, title: 'Not found', todo: 'Check the address, or start from the desk.' },
  'not-signed-in': { status: 401, title: 'Not signed in', todo: 'Sign in, or send a valid token.' },
  'not-allowed': {
    status: 403,
    title: 'Not allowed',
    todo: 'Ask an administrator for the role that this needs.',
  },
  'second-factor-needed': {
    status: 403,
    title: 'A second factor is needed',
    todo: 'Set one up under Settings → Second factor, then try again. Nothing was changed.',
  },
  'form-expired': {
    status: 403,
    title: 'This form can no longer be sent',
    todo: 'Load the page again and send the form from there.',
  },
  'changed-meanwhile': {
    status: 409,
    title: 'It changed while you were writing',
    todo: 'Compare with the newer version, then send yours again. Nothing was overwritten.',
  },
  'already-exists': { status: 409, title: 'It exists already', todo: 'Use the one that exists.' },
  'already-sent': {
    status: 409,
    title: 'This letter was sent already',
    todo: 'Look at what was sent; write a new letter for anything further.',
  },
  'incident-closed': {
    status: 409,
    title: 'This incident is closed',
    todo: 'Reopen it first, with a reason.',
  },
  'incident-merged': {
    status: 409,
    title: 'This incident is a part of another',
    todo: 'Go on in the incident that it was merged into.',
  },
  'letter-incomplete': {
    status: 422,
    title: 'The letter still lacks something',
    todo: 'Fill in what is named; each links to its field.',
  },
  'claim-contradicted': {
    status: 422,
    title: 'The letter claims what evidence contradicts',
    todo: 'Reword the claim, or override it with a reason.',
  },
  'letter-stopped': {
    status: 422,
    title: 'Something stops this letter',
    todo: 'Mend what is named, wait until the time it gives, or override it with a reason.',
  },
  'key-reused': {
    status: 422,
    title: 'This idempotency key was used for another request',
    todo: 'Use a new key for a new request.',
  },
  'too-large': { status: 413, title: 'Too large', todo: 'Send a smaller part. Nothing was stored.' },
  'too-many-tries': { status: 429, title: 'Too many tries', todo: 'Wait, then try again.' },
  'too-many-connections': {
    status: 429,
    title: 'Too many pages are open',
    todo: 'Close some of them; the others go on listening.',
  },
  'too-much-mail': {
    status: 429,
    title: 'Too much mail from one sender',
    todo: 'Keep it and send it again later, or let it in under Settings → Mailboxes.',
  },
  'too-busy': {
    status: 503,
    title: 'Too much is being read at the moment',
    todo: 'Nothing was stored. Try again in a minute.',
    retryAfter: 30,
  },
  'wrong-type': {
    status: 415,
    title: 'This type of content is not taken here',
    todo: 'Send the content type that the API description names.',
  },
  'wrong-host': {
    status: 421,
    title: 'Asked under another name',
    todo: 'Use the address that BASE_URL names.',
  },
  'database-away': {
    status: 503,
    title: 'The database does not answer',
    // Whether a commit that was under way is stored, nobody knows.
    todo: 'Try again in a minute; it needs no restart. The same form, or the same Idempotency-Key, is done once.',
    retryAfter: 30,
  },
  'disk-full': {
    status: 507,
    title: 'The disk is full',
    todo: 'Nothing was stored. Make room where the database lives, then try again.',
  },
  unexpected: {
    status: 500,
    title: 'Something failed on our side',
    todo: 'Nothing was half stored. Try again; if it fails again, give the request number to who runs this server.',
  },
};

/** A problem as JSON (RFC 9457): the body of every answer of the API from status 400 on. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance'],
  properties: {
    type: { type: 'string', pattern: '^/problems#[a-z-]+$' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'the number of the request, as in the header X-Request-Id' },
    fields: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'inputs that are wrong, by their names, each with what is wrong with it',
    },
  },
  additionalProperties: true,
} as const;

export const TOO_LARGE = 'What was sent is larger than this page takes.';

/** What the reader of multipart forms says of one that breaks off or has no boundary. */
const BROKEN_FORM =
  /^(?:Multipart: Boundary not found|Unexpected end of |Part terminated early|Malformed part header)/;

const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08001',
  '08003',
  '08006',
  '53300',
]);
const FULL = new Set(['53100', 'ENOSPC', '58030']);

/** Two transactions wanted what the other held; PostgreSQL undid one of them. */
const MET = new Set(['40001', '40P01']);

function fromFastify(error: FastifyError): Problem | undefined {
  if (error.validation) {
    const context = error.validationContext ?? 'body';
    // What no row can have as its number is no wrong request, but a page that there is not.
    if (context === 'params') return new Problem('not-found', 'There is nothing under this number or name.');
    const fields: Record<string, string> = {};
    for (const one of error.validation) {
      const path = one.instancePath.slice(1).replaceAll('/', '.');
      const named =
        (one.params as Record<string, string>)['missingProperty'] ??
        (one.params as Record<string, string>)['additionalProperty'];
      const field = [path, named].filter(Boolean).join('.') || context;
      fields[field] = wrongWords(one);
    }
    const words = Object.entries(fields).map(([field, message]) =>
      field === context ? `it ${message}` : `${field} ${message}`,
    );
    return new Problem(
      context === 'body' ? 'invalid' : 'bad-request',
      `In the ${context === 'querystring' ? 'query' : context}: ${words.join('; ')}.`,
      { fields },
    );
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
    case 'FST_PARTS_LIMIT':
    case 'FST_FILES_LIMIT':
    case 'FST_FIELDS_LIMIT':
      return new Problem('too-large', TOO_LARGE);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('wrong-type', error.message);
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Problem('bad-request', error.message);
    case 'FST_CSRF_MISSING_SECRET':
    case 'FST_CSRF_INVALID_TOKEN':
      return new Problem('form-expired', 'The form was opened in another session, or too long ago.');
    default:
      if (error.statusCode && error.statusCode >= 400 && error.statusCode < 500)
        return new Problem('bad-request', error.message);
      return BROKEN_FORM.test(error.message)
        ? new Problem('bad-request', 'The form did not arrive whole.')
        : undefined;
  }
}

function fromDatabase(error: { code?: string; message?: string; constraint?: string }): Problem | undefined {
  const code = error.code ?? '';
  const text = error.message ?? '';
  if (FULL.has(code) || /no space left|could not extend file/i.test(text))
    return new Problem('disk-full', 'The database has no room left.');
  if (
    AWAY.has(code) ||
    /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|PGlite is closed/i.test(
      text,
    )
  ) {
    return new Problem('database-away', 'The database does not answer.');
  }
  if (MET.has(code))
    return new Problem('changed-meanwhile', 'Somebody changed the same at the same moment. Send it again.');
  // Another process brought the database to a newer schema.
  if (code === '0A000' && text.includes('cached plan'))
    return new Problem('changed-meanwhile', 'The database was upgraded at this moment. Send it again.');
  if (code === '22021' || code === '22P05')
    return new Problem('bad-request', 'The text contains a NUL character, which cannot be stored there.');
  return undefined;
}

/** Makes of any thrown thing the problem that is shown; `unexpected` for what nobody foresaw. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Error) {
    const known =
      fromFastify(error as FastifyError) ??
      fromDatabase(error as { code?: string }) ??
      (error.cause ? fromDatabase(error.cause as object) : undefined);
    if (known) return known;
  }
  return new Problem('unexpected', 'This should not have happened.');
}
