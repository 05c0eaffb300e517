import { domainToASCII } from 'node:url';

/** Pure: which mail addresses a letter may go to. Stricter than RFC 5321: what parsers disagree on is refused. */

/** RFC 5321 § 4.5.3.1. */
const MAX_ADDRESS = 254;
const MAX_LOCAL = 64;
const MAX_DOMAIN = 253;
export const MAX_RECIPIENTS = 20;
/** What a field for addresses may hold; longer is refused before it is read. */
export const MAX_ADDRESS_FIELD = 6000;

// dot-atom of RFC 5322 § 3.2.3; quoted strings, comments and routes are left out.
const ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export type CheckedAddress = { address: string } | { problem: string };

const shown = (text: string) => `“${text.length > 80 ? `${text.slice(0, 80)}…` : text}”`;

/** One bare address, its domain in ASCII (RFC 5891), in the form in which it goes into `RCPT TO`. */
export function checkAddress(text: string): CheckedAddress {
  if (text.length > MAX_ADDRESS) return { problem: 'An address has at most 254 characters.' };
  const at = text.indexOf('@');
  if (at < 1 || at !== text.lastIndexOf('@'))
    return { problem: `${shown(text)} is no mail address: it is written name@example.com.` };
  const local = text.slice(0, at);
  if (/[^ -~]/.test(local))
    return { problem: `The part before the @ must be ASCII letters, digits and signs: ${shown(text)}.` };
  if (local.length > MAX_LOCAL || !local.split('.').every((atom) => ATOM.test(atom)))
    return {
      problem: `${shown(text)} cannot be sent to: write the bare address, without quotes or brackets.`,
    };
  const given = text.slice(at + 1);
  // What Node would quietly drop or map away never reaches it.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(given)) return { problem: `${shown(given)} is no domain.` };
  const domain = domainToASCII(given);
  const labels = domain.split('.');
  if (
    domain.length > MAX_DOMAIN ||
    labels.length < 2 ||
    !labels.every((label) => LABEL.test(label)) ||
    /^\d+$/.test(labels.at(-1) ?? '')
  )
    return { problem: `${shown(given)} is no domain.` };
  const address = `${local}@${domain}`;
  return address.length > MAX_ADDRESS ? { problem: 'An address has at most 254 characters.' } : { address };
}

/** The addresses of a field, between commas, spaces or line ends, each once. */
export function checkAddresses(text: string): { addresses: string[] } | { problem: string } {
  if (text.length > MAX_ADDRESS_FIELD) return { problem: 'That is too long for a list of addresses.' };
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  if (parts.length === 0) return { problem: 'Say whom it goes to.' };
  if (parts.length > MAX_RECIPIENTS)
    return { problem: `A mail goes to at most ${MAX_RECIPIENTS} addresses.` };
  const addresses = new Map<string, string>();
  for (const part of parts) {
    const checked = checkAddress(part);
    if ('problem' in checked) return checked;
    addresses.set(checked.address.toLowerCase(), checked.address);
  }
  return { addresses: [...addresses.values()] };
}

/** Why a text cannot stand in a header field; undefined when it can (RFC 5322 § 2.2). */
export const whyNotHeader = (text: string): string | undefined =>
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)
    ? 'Must be one line, without control characters.'
    : undefined;
