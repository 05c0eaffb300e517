import { domainToASCII } from 'node:url';
import { getDomain } from 'tldts';

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const NUMBER = /^\d+$/;

const isName = (name: string, label: RegExp) =>
  name.length > 0 && name.length <= 253 && name.split('.').every((part) => label.test(part));

/**
 * A name as DNS has it: A-labels (RFC 5890), small letters, no final dot. Null for what cannot be one; underscores
 * may be (`_dmarc`).
 */
export function dnsName(text: string): string | null {
  const plain = text.trim().replace(/\.$/, '').toLowerCase();
  if (plain.length > 1000) return null;
  const name = /[^\x00-\x7f]/.test(plain) ? domainToASCII(plain) : plain;
  return isName(name, LABEL) ? name : null;
}

/** Whether this can be the full name of a host (RFC 1123 § 2.1): two labels at least, and no address. */
export function isHostName(name: string): boolean {
  const labels = name.split('.');
  return labels.length > 1 && isName(name, HOST_LABEL) && !NUMBER.test(labels.at(-1) ?? '');
}

/**
 * The domain that was registered, by the Public Suffix List: `example.co.uk` for `mail.example.co.uk`. What is
 * above every registration is its own.
 */
export const registeredDomain = (name: string): string =>
  getDomain(name, { allowPrivateDomains: true }) ?? name;
