import type { Ask } from '../../dns/answer.ts';
import { type PrivateTarget, readPrivateTarget } from '../../outside/allowed-targets.ts';
import { GetFailed, openGet } from '../../outside/get.ts';
import { openPost } from '../../outside/post.ts';
import { whereTo } from '../../outside/where-to.ts';

/** Networks inside a house. Not link-local: programs find keys of the machine there. */
const INSIDE: PrivateTarget[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '::1',
  'fc00::/7',
].flatMap((text) => readPrivateTarget(text) ?? []);

const LONGEST_MS = 10_000;
const MOST_BYTES = 512 * 1024;

/** Why the provider's server was not asked, or did not answer. Its message is for administrators. */
export class ProviderAway extends Error {
  override name = 'ProviderAway';
}

const WORDS: Record<GetFailed['why'], string> = {
  'too-slow': 'did not answer in time',
  'too-large': 'answered with too much',
  unreachable: 'could not be reached',
};

type Init = { method?: string; headers?: unknown; body?: unknown };

const headersOf = (given: unknown): Record<string, string> =>
  Object.fromEntries(new Headers(given as ConstructorParameters<typeof Headers>[0]));

/**
 * How the library asks the provider's server: the name is looked up once, every address checked, and the connection tied
 * to these; no redirect is followed, and what comes back is bounded.
 */
export function guardedFetch(ask: Ask, mayBePrivate: boolean) {
  const post = openPost();
  return async (address: string, init: Init = {}): Promise<Response> => {
    const url = new URL(address);
    const where = await whereTo(url, ask, mayBePrivate ? INSIDE : []);
    if ('unknown' in where) throw new ProviderAway(where.unknown);
    if ('refused' in where)
      throw new ProviderAway(
        mayBePrivate
          ? where.refused
          : `${url.host} is at no public https:// address. Allow a private one if it is inside your network.`,
      );
    const headers = headersOf(init.headers);
    const bounds = { headers, longestMs: LONGEST_MS, mostBytes: MOST_BYTES, addresses: where.addresses };
    try {
      if (init.method === 'POST') {
        const body = Buffer.from(String(init.body ?? ''));
        const answer = await post(url, { ...bounds, body });
        if (answer.isCut) throw new GetFailed('too-large');
        const type = answer.headers['content-type'] ?? '';
        return new Response(new Uint8Array(answer.body), {
          status: answer.status,
          headers: { 'content-type': type },
        });
      }
      const answer = await openGet({ plain: url.protocol === 'http:' })(address, bounds);
      return new Response(new Uint8Array(answer.body), {
        status: answer.status,
        headers: { 'content-type': 'application/json' },
      });
    } catch (error) {
      if (error instanceof GetFailed)
        throw new ProviderAway(`${url.host} ${WORDS[error.why]}${error.code ? ` (${error.code})` : ''}.`);
      throw error;
    }
  };
}
