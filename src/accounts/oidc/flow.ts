import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config.ts';
import { openDns } from '../../dns/open.ts';
import { linkBase } from '../../web/links.ts';
import { ATTEMPT_COOKIE, ATTEMPT_MS, type Attempt, openAttempt, sealAttempt } from './attempt.ts';
import { beginFlow } from './client.ts';
import { clientSettings, providerInUse } from './provider-store.ts';

const CALLBACK = '/sign-in/provider/callback';
/** Longer ones would not fit into a cookie. */
const LONGEST_NEXT = 1000;

export const redirectUri = (desk: { config: Config }) => linkBase(desk.config) + CALLBACK;

export const askOf = ({ config }: { config: Config }) => openDns({ servers: config.dnsServers }).ask;

const cookieOptions = (desk: { config: Config }) =>
  ({
    // It has to come back with the provider's redirect, which is a navigation from another site.
    path: '/sign-in/provider',
    httpOnly: true,
    sameSite: 'lax',
    secure: desk.config.baseUrl?.startsWith('https:') ?? false,
  }) as const;

/** Sends somebody off to the provider: sets the cookie and says where to. Throws `NotSignedIn`. */
export async function sendOff(
  reply: FastifyReply,
  given: { next: string; linkFor: number | null },
): Promise<{ url: URL; name: string } | undefined> {
  const { desk } = reply.server;
  const provider = await providerInUse(desk.db);
  if (!provider) return undefined;
  const settings = clientSettings(desk.secrets, provider);
  const { url, ...secrets } = await beginFlow(settings, askOf(desk), redirectUri(desk));
  const next = given.next.length > LONGEST_NEXT ? '/' : given.next;
  const attempt = { ...secrets, ...given, next, until: Date.now() + ATTEMPT_MS };
  reply.setCookie(ATTEMPT_COOKIE, sealAttempt(desk.secrets, attempt), {
    ...cookieOptions(desk),
    maxAge: ATTEMPT_MS / 1000,
  });
  return { url, name: provider.name };
}

/** The attempt that a callback belongs to; it is over with that. */
export function takeAttempt(request: FastifyRequest, reply: FastifyReply): Attempt | undefined {
  const { desk } = request.server;
  const attempt = openAttempt(desk.secrets, request.cookies[ATTEMPT_COOKIE], new Date());
  reply.clearCookie(ATTEMPT_COOKIE, cookieOptions(desk));
  return attempt;
}
