import type { Part } from './spool.ts';

/** What the desk makes of a batch. */
export type Answer =
  | { kind: 'counted' }
  | { kind: 'token-refused'; status: number }
  | { kind: 'bad'; status: number; text: string }
  /** `after`: milliseconds that the desk asks to wait. */
  | { kind: 'later'; why: string; after: number };

export type Post = (part: Part, stop: AbortSignal) => Promise<Answer>;

/** A desk that does not answer for this long may have counted or not: the key makes asking again safe. */
const ANSWER_WITHIN = 60_000;
const MOST_TEXT = 20_000;
const LONGEST_WAIT = 3_600_000;

/** Seconds, or a date: that one is measured by the desk's own clock. */
function waitOf(headers: Headers): number {
  const value = headers.get('retry-after') ?? '';
  const seconds = /^\d{1,9}$/.test(value)
    ? Number(value)
    : (Date.parse(value) - Date.parse(headers.get('date') ?? '')) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds * 1000, 0), LONGEST_WAIT) : 0;
}

/** Other servers answer 200 too, to anything. */
function isDesk(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as { counted?: unknown } | null)?.counted === 'number';
  } catch {
    return false;
  }
}

/** The start of an answer: whoever answers without an end is not listened to for long. */
async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= MOST_TEXT) break;
  }
  return text.slice(0, MOST_TEXT);
}

function meaningOf(status: number, text: string, headers: Headers): Answer {
  if (status === 200 && isDesk(text)) return { kind: 'counted' };
  if (status === 401 || status === 403) return { kind: 'token-refused', status };
  // Of others that answer 400, such as a wrong port, a batch is kept.
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json');
  if (status === 413 || status === 422 || (status === 400 && isProblem)) return { kind: 'bad', status, text };
  const where = headers.get('location');
  const odd = status === 200 ? ' as no desk does: is the address right' : '';
  const why = where ? `sends us on to ${where}: set that address` : `answered ${status}${odd}`;
  return { kind: 'later', why, after: waitOf(headers) };
}

const CAUSES: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  UND_ERR_SOCKET: 'it hung up',
  ECONNRESET: 'it hung up',
};

/** Why a desk gave no answer; what it says follows “The desk”. */
export function causeOf(error: unknown): string {
  const { cause, name } = error as { cause?: NodeJS.ErrnoException; name?: string };
  if (name === 'TimeoutError') return 'did not answer in time';
  const { code, message } = cause ?? (error as NodeJS.ErrnoException);
  return `cannot be reached: ${(code && CAUSES[code]) ?? message}`;
}

/** Sends batches to a desk. The token is asked for each time: a new one is taken up without a restart. */
export function postTo(desk: URL, token: () => string): Post {
  const url = new URL('api/v1/observations', desk.href.endsWith('/') ? desk : `${desk.href}/`);
  return async ({ key, batch }, stop) => {
    try {
      const authorization = `Bearer ${token()}`;
      const answer = await fetch(url, {
        method: 'POST',
        // A token goes to the address it was given for and nowhere else.
        redirect: 'manual',
        headers: {
          authorization,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify(batch),
        signal: AbortSignal.any([stop, AbortSignal.timeout(ANSWER_WITHIN)]),
      });
      return meaningOf(answer.status, await textOf(answer), answer.headers);
    } catch (error) {
      return { kind: 'later', why: causeOf(error), after: 0 };
    }
  };
}
