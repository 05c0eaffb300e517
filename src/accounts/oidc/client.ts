import type { Configuration } from 'openid-client';
import type { Ask } from '../../dns/answer.ts';
import { guardedFetch, ProviderAway } from './fetch.ts';

/** What of the settings the library needs; `secret` is open. */
export type ClientSettings = {
  issuer: string;
  clientId: string;
  secret: string;
  scope: string;
  mayBePrivate: boolean;
};

type Begun = { url: URL; state: string; nonce: string; verifier: string };
export type Claims = Record<string, unknown> & { iss: string; sub: string };

/** The sign-in at the provider did not come to an identity. Its message says why, for administrators. */
export class NotSignedIn extends Error {
  override name = 'NotSignedIn';
}

const KEPT_MS = 10 * 60_000;
let kept: { key: string; at: number; found: Promise<Configuration> } | undefined;

async function discover(settings: ClientSettings, ask: Ask): Promise<Configuration> {
  const library = await import('openid-client');
  const found = await library.discovery(
    new URL(settings.issuer),
    settings.clientId,
    settings.secret || undefined,
    settings.secret ? library.ClientSecretPost(settings.secret) : library.None(),
    {
      timeout: 15,
      [library.customFetch]: guardedFetch(ask, settings.mayBePrivate) as never,
      // Where plain HTTP may go is decided by `guardedFetch`: to private addresses that were allowed only.
      execute: [library.allowInsecureRequests],
    },
  );
  return found;
}

/** What the provider says of itself, asked once in a while. */
function configurationOf(settings: ClientSettings, ask: Ask): Promise<Configuration> {
  const key = JSON.stringify(settings);
  if (kept?.key !== key || Date.now() - kept.at > KEPT_MS) {
    const found = discover(settings, ask);
    kept = { key, at: Date.now(), found };
    found.catch(() => {
      if (kept?.found === found) kept = undefined;
    });
  }
  return kept.found;
}

/** The error and what is behind it: the library wraps what the network said. */
function wordsOf(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause as Error)
    if (one instanceof ProviderAway) return one.message;
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  const behind = typeof cause?.message === 'string' ? `: ${cause.message}` : '';
  return `${message ?? 'It failed'}${behind}`.slice(0, 300);
}

const asNotSignedIn = (error: unknown): never => {
  throw new NotSignedIn(wordsOf(error));
};

/** Begins an authorization code flow with PKCE (RFC 7636), state and nonce. Throws {@link NotSignedIn}. */
export async function beginFlow(settings: ClientSettings, ask: Ask, redirectUri: string): Promise<Begun> {
  const library = await import('openid-client');
  const configuration = await configurationOf(settings, ask).catch(asNotSignedIn);
  const verifier = library.randomPKCECodeVerifier();
  const state = library.randomState();
  const nonce = library.randomNonce();
  const url = library.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: settings.scope,
    code_challenge: await library.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && settings.mayBePrivate))
    throw new NotSignedIn('The provider names no https:// address to sign in at.');
  return { url, state, nonce, verifier };
}

/**
 * Ends it: exchanges the code, and checks signature, issuer, audience, nonce and state by the library. Claims of the
 * ID token count; what it lacks is taken from the user info, whose subject is the same. Throws {@link NotSignedIn}.
 */
export async function endFlow(
  settings: ClientSettings,
  ask: Ask,
  current: URL,
  expected: { state: string; nonce: string; verifier: string },
  wanted: string[],
): Promise<Claims> {
  const library = await import('openid-client');
  try {
    const configuration = await configurationOf(settings, ask);
    const tokens = await library.authorizationCodeGrant(configuration, current, {
      expectedState: expected.state,
      expectedNonce: expected.nonce,
      pkceCodeVerifier: expected.verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) throw new NotSignedIn('The provider sent no ID token.');
    const isMissing = wanted.some((name) => name && claims[name.split('.')[0] ?? ''] === undefined);
    const more =
      isMissing && configuration.serverMetadata().userinfo_endpoint
        ? await library.fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : {};
    return { ...more, ...claims } as Claims;
  } catch (error) {
    if (error instanceof NotSignedIn) throw error;
    return asNotSignedIn(error);
  }
}

/** Whether the provider can be found as it was entered. Throws {@link NotSignedIn}. */
export async function checkProvider(settings: ClientSettings, ask: Ask): Promise<void> {
  await discover(settings, ask).catch(asNotSignedIn);
}
