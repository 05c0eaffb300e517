import { request as askPlain, type IncomingMessage } from 'node:http';
import { request as askSecurely } from 'node:https';
import { isIPv6 } from 'node:net';

/** Bounds of one request to a server of somebody else. */
type GetOptions = {
  headers?: Record<string, string>;
  /** From the first word to the last octet. */
  longestMs: number;
  mostBytes: number;
  /** Ends when the process does. */
  signal?: AbortSignal | undefined;
  /** Connect to these and to nothing else, whatever the name leads to by then. */
  addresses?: string[];
};
export type Got = { status: number; location: string; body: Buffer };

/** Why nothing came. `code` is that of the network or of the certificate, where there is one. */
export class GetFailed extends Error {
  override name = 'GetFailed';
  readonly why: 'too-slow' | 'too-large' | 'unreachable';
  readonly code: string;

  constructor(why: GetFailed['why'], code = '') {
    super(`nothing came: ${why} ${code}`);
    this.why = why;
    this.code = code;
  }
}

/** Asks once, by HTTPS alone, and follows no redirect. Throws {@link GetFailed}. */
export type Get = (url: string, options: GetOptions) => Promise<Got>;

async function bodyOf(answer: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    length += chunk.length;
    if (length > mostBytes) throw new GetFailed('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

type Lookup = (
  host: string,
  options: { all?: boolean },
  tell: (error: null, found: unknown, family?: number) => void,
) => void;

const familyOf = (address: string) => (isIPv6(address) ? 6 : 4);

/** Answers with what was looked up and checked before: a name cannot lead elsewhere between the two. */
export const pinned =
  (addresses: string[]): Lookup =>
  (_host, { all }, tell) => {
    const [first = ''] = addresses;
    if (all)
      tell(
        null,
        addresses.map((address) => ({ address, family: familyOf(address) })),
      );
    else tell(null, first, familyOf(first));
  };

/** `trusts`, `port` and `plain` are for tests, whose servers have neither a known certificate nor a low port. */
export function openGet(local: { trusts?: string; port?: number; plain?: boolean } = {}): Get {
  return async (url, { headers, longestMs, mostBytes, signal, addresses }) => {
    const tooSlow = AbortSignal.timeout(longestMs);
    const target = new URL(url);
    if (target.protocol !== 'https:' && !local.plain) throw new GetFailed('unreachable', 'NOT_HTTPS');
    const ask = local.plain ? askPlain : askSecurely;
    let asked: ReturnType<typeof ask> | undefined;
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        asked = ask(
          target,
          {
            agent: false,
            headers,
            signal: AbortSignal.any([tooSlow, ...(signal ? [signal] : [])]),
            ...(addresses ? { lookup: pinned(addresses) as never } : {}),
            ...(local.trusts ? { ca: local.trusts } : {}),
            ...(local.port ? { port: local.port } : {}),
          },
          resolve,
        );
        asked.on('error', reject);
        asked.end();
      });
      const { statusCode: status = 0, headers: said } = answer;
      return { status, location: said.location ?? '', body: await bodyOf(answer, mostBytes) };
    } catch (error) {
      if (error instanceof GetFailed) throw error;
      if (tooSlow.aborted) throw new GetFailed('too-slow');
      throw new GetFailed('unreachable', (error as { code?: string }).code);
    } finally {
      asked?.destroy();
    }
  };
}
