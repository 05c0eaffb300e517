import type { Authenticity } from '../../database/tables.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { providerForDomain } from '../../providers/playbook.ts';
import type { Provider } from '../../providers/schema.ts';

const isWithin = (domain: string, parent: string) => domain === parent || domain.endsWith(`.${parent}`);

/** The providers whose desks write from a domain. */
export const desksAt = (domain: string, catalogue: Catalogue): Provider[] =>
  domain === ''
    ? []
    : catalogue.providers.filter(({ senders }) => senders.some((one) => isWithin(domain, one)));

/** A domain in which anybody can have a mailbox, as far as the catalogue knows. */
const hasMailboxesForAll = (domain: string, catalogue: Catalogue): boolean =>
  providerForDomain(catalogue, domain)?.kind === 'mailbox-provider';

/** Mailboxes that are nobody's own (RFC 2142), and those that no provider gives away. */
const ROLES = new Set([
  'abuse',
  'noc',
  'security',
  'postmaster',
  'hostmaster',
  'support',
  'noreply',
  'no-reply',
]);

/** The local part of the one address in From, small; empty where there is none. */
const localPart = (from: string) =>
  /([^\s<>"@]{1,64})@[a-z0-9.-]{1,253}>?\s*$/i.exec(from.slice(-400))?.[1]?.toLowerCase() ?? '';

/**
 * Whether a mail is really from the desk that it says it is from: true where its domain is proven and a provider's desk
 * writes from it, false where it claims such a domain and nothing bears it out, null where nobody can tell. With `key`
 * only that provider's desk counts.
 */
export function isProven(
  { fromDomain, provenBy, unknown }: Authenticity,
  from: string,
  catalogue: Catalogue,
  key?: string,
): boolean | null {
  const desks = desksAt(fromDomain, catalogue);
  if (desks.length === 0) return null;
  if (provenBy === '') return unknown === '' ? false : null;
  if (key !== undefined && !desks.some((desk) => desk.key === key)) return null;
  return hasMailboxesForAll(fromDomain, catalogue) && !ROLES.has(localPart(from)) ? null : true;
}

/** In plain words: who it is really from, or why that is not proven. */
export function proofWords(
  authenticity: Authenticity | null,
  from: string,
  catalogue: Catalogue,
): { words: string; is: 'good' | 'bad' | 'unknown' } {
  if (authenticity === null) return { words: 'Recorded by hand: nobody checked who sent it.', is: 'unknown' };
  const { fromDomain, provenBy, unknown } = authenticity;
  const proven = isProven(authenticity, from, catalogue);
  const [desk] = desksAt(fromDomain, catalogue);
  const who = desk?.name ?? fromDomain;
  if (proven) return { words: `Really from ${who}: ${provenBy}.`, is: 'good' };
  if (provenBy !== '')
    return desk
      ? {
          words: `From ${fromDomain} (${provenBy}), where anybody can have a mailbox: not proven to be from the desk of ${desk.name}.`,
          is: 'unknown',
        }
      : {
          words: `Really from ${fromDomain}: ${provenBy}. No provider’s desk is known to write from there.`,
          is: 'unknown',
        };
  if (fromDomain === '')
    return { words: 'Not proven to be from anybody: From does not name one sender.', is: 'bad' };
  if (unknown !== '') return { words: `Not proven to be from ${who}: ${unknown}.`, is: 'unknown' };
  return {
    words: `Not proven to be from ${who}: neither a signature nor the server it came from bears that out.`,
    is: 'bad',
  };
}
