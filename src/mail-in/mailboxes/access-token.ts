const LONGEST_MS = 30_000;
const LARGEST = 64 * 1024;

export type Grant = { tokenUrl: string; clientId: string; clientSecret: string; refreshToken: string };
export type Granted = {
  accessToken: string /** Where the server gave another. */;
  refreshToken: string | undefined;
};

/** The token server gave no token. Its words are shown; no secret is in them. */
export class NoToken extends Error {
  override name = 'NoToken';
}

const isLocal = ({ hostname }: URL) => /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname);

/** Why no token may be asked for there; undefined: it may. */
export function whyNotTokenUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || url.username || url.password || url.hash) return 'This is no address of a token server.';
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url))
    ? undefined
    : 'The address of a token server begins with https://.';
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > LARGEST) throw new NoToken('The token server answers with more than a token.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const textIn = (answer: Record<string, unknown>, name: string): string | undefined =>
  typeof answer[name] === 'string' && answer[name] !== '' ? answer[name] : undefined;

function jsonOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Asks for an access token (RFC 6749, section 6). Throws {@link NoToken}. */
export async function accessToken(grant: Grant, signal?: AbortSignal): Promise<Granted> {
  const refusal = whyNotTokenUrl(grant.tokenUrl);
  if (refusal) throw new NoToken(refusal);
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: grant.refreshToken,
    client_id: grant.clientId,
    ...(grant.clientSecret ? { client_secret: grant.clientSecret } : {}),
  });
  const { host } = new URL(grant.tokenUrl);
  try {
    const answer = await fetch(grant.tokenUrl, {
      method: 'POST',
      body: form,
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(LONGEST_MS), ...(signal ? [signal] : [])]),
    });
    const json = jsonOf(await textOf(answer));
    const token = textIn(json, 'access_token');
    if (answer.ok && token) return { accessToken: token, refreshToken: textIn(json, 'refresh_token') };
    const words = textIn(json, 'error_description') ?? textIn(json, 'error') ?? `status ${answer.status}`;
    throw new NoToken(`${host} gives no token: ${words.slice(0, 300)}`);
  } catch (error) {
    throw error instanceof NoToken ? error : new NoToken(`${host} could not be asked for a token.`);
  }
}
