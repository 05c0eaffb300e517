import { request as askPlain, type IncomingMessage } from 'node:http';
import { request as askSecurely } from 'node:https';
import { GetFailed, pinned } from './get.ts';

export type PostOptions = {
  headers: Record<string, string>;
  body: Buffer;
  /** Connects to these and to nothing else, whatever the name leads to by then. */
  addresses: string[];
  /** From the first word until the status is there. */
  longestMs: number;
  /** How much of the answer's body is of interest; what comes after it is not waited for. */
  mostBytes: number;
  /** Ends when the process does. */
  signal?: AbortSignal | undefined;
};
type Posted = { status: number; headers: Record<string, string>; body: Buffer; isCut: boolean };

/** Posts once and follows no redirect. Throws {@link GetFailed}. */
export type Post = (url: URL, options: PostOptions) => Promise<Posted>;

/** The status is what counts: of a body that does not end, what came in this time is enough. */
const BODY_MS = 2000;

async function headOf(answer: IncomingMessage, mostBytes: number): Promise<{ body: Buffer; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  const late = setTimeout(() => answer.destroy(), BODY_MS);
  try {
    for await (const chunk of answer) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > mostBytes) break;
    }
  } catch {
    // Cut off on its way; the status came before.
  } finally {
    clearTimeout(late);
  }
  return {
    body: Buffer.concat(chunks).subarray(0, mostBytes),
    isCut: length > mostBytes || !answer.complete,
  };
}

const plainHeaders = (headers: IncomingMessage['headers']) =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

/** `trusts` is for tests, whose servers have no known certificate. No proxy of the environment is used: the agent is its own. */
export function openPost(local: { trusts?: string } = {}): Post {
  return async (url, { headers, body, addresses, longestMs, mostBytes, signal }) => {
    const tooSlow = AbortSignal.timeout(longestMs);
    const ask = url.protocol === 'https:' ? askSecurely : askPlain;
    let asked: ReturnType<typeof ask> | undefined;
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        asked = ask(
          url,
          {
            method: 'POST',
            agent: false,
            headers: { ...headers, 'content-length': String(body.length) },
            maxHeaderSize: 16_384,
            signal: AbortSignal.any([tooSlow, ...(signal ? [signal] : [])]),
            lookup: pinned(addresses) as never,
            ...(local.trusts ? { ca: local.trusts } : {}),
          },
          resolve,
        );
        asked.on('error', reject);
        asked.end(body);
      });
      // What its body does from here on changes no answer.
      asked?.on('error', () => {});
      return {
        status: answer.statusCode ?? 0,
        headers: plainHeaders(answer.headers),
        ...(await headOf(answer, mostBytes)),
      };
    } catch (error) {
      if (tooSlow.aborted) throw new GetFailed('too-slow');
      throw new GetFailed('unreachable', (error as { code?: string }).code);
    } finally {
      asked?.destroy();
    }
  };
}
