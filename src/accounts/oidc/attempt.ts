import type { Secrets } from '../../secrets/secrets.ts';

/** A sign-in that is on its way to the provider and back, kept in a sealed cookie: no row, and nothing to fill a table with. */
export type Attempt = {
  state: string;
  nonce: string;
  verifier: string;
  /** Where to go on: a local path. */
  next: string;
  /** Whose account is being linked; null: somebody signs in. */
  linkFor: number | null;
  /** Milliseconds since 1970. */
  until: number;
};

export const ATTEMPT_COOKIE = 'dd_provider';
export const ATTEMPT_MS = 10 * 60_000;
const PURPOSE = 'cookie.oidc_attempt';

export const sealAttempt = (secrets: Secrets, attempt: Attempt): string =>
  secrets.seal(PURPOSE, JSON.stringify(attempt)).toString('base64url');

/** Undefined: there is none, it is not ours, or it took too long. */
export function openAttempt(secrets: Secrets, cookie: string | undefined, now: Date): Attempt | undefined {
  if (!cookie || cookie.length > 6000) return undefined;
  try {
    const attempt = JSON.parse(secrets.open(PURPOSE, Buffer.from(cookie, 'base64url'))) as Attempt;
    return attempt.until > now.getTime() ? attempt : undefined;
  } catch {
    return undefined;
  }
}
