/** To whom passkeys belong: the desk's host name, and nothing that a request says. */
export type RelyingParty = { id: string; origin: string };

/** As a URL writes an address: it has no name that a passkey could belong to. */
const IS_ADDRESS = /^\[|^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Undefined: passkeys need BASE_URL with a host name and https://, or http://localhost (W3C WebAuthn § 5.1.3, secure contexts). */
export function relyingParty(baseUrl: string | undefined): RelyingParty | undefined {
  if (!baseUrl) return undefined;
  const { protocol, hostname, origin } = new URL(baseUrl);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (IS_ADDRESS.test(hostname) || (protocol !== 'https:' && !isLocal)) return undefined;
  return { id: hostname, origin };
}
