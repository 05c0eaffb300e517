import { isIP } from 'node:net';

/** To whom passkeys belong: the desk's host name, and nothing that a request says. */
export type RelyingParty = { id: string; origin: string };

/** Undefined: passkeys need BASE_URL with a host name and https://, or http://localhost (W3C WebAuthn § 5.1.3, secure contexts). */
export function relyingParty(baseUrl: string | undefined): RelyingParty | undefined {
  if (!baseUrl) return undefined;
  const { protocol, hostname, origin } = new URL(baseUrl);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (isIP(hostname.replace(/^\[|\]$/g, '')) || (protocol !== 'https:' && !isLocal)) return undefined;
  return { id: hostname, origin };
}
