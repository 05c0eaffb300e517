import ipaddr from 'ipaddr.js';
import type { Network } from '../addresses/address.ts';

/** A lexeme of the index, as PostgreSQL reads it in a `tsquery`. */
const quoted = (lexeme: string) => `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** A fact that a text has among its words: `kind=letter`. With an asterisk at its end, all that begin like that. */
export function factQuery(name: string, value: string): string {
  const begins = value.endsWith('*');
  const lexeme = quoted(`${name}=${begins ? value.slice(0, -1) : value}`);
  return begins ? `${lexeme}:*` : lexeme;
}

const joined = (parts: string[], sign: string) =>
  parts.length > 1 ? `(${parts.join(` ${sign} `)})` : (parts[0] ?? '');
/** What has one of these. */
export const anyOf = (queries: string[]): string => joined([...new Set(queries.filter(Boolean))], '|');
/** What has all of these. */
export const allOf = (queries: string[]): string => joined(queries.filter(Boolean), '&');

const bitsOf = ({ cidr, prefix }: Network): string => {
  const [host = ''] = cidr.split('/');
  const octets = ipaddr.parse(host).toByteArray();
  return octets
    .map((octet) => octet.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, prefix);
};

/** No range of ours is larger. */
const LEAST_BITS = 8;

/**
 * Networks that lie in one or around it. The index holds the bits of each that are fixed, so a range is the
 * beginning of what lies in it, and what lies around it is a beginning of its own.
 */
export function networkQuery(name: 'ip' | 'of', network: Network): string {
  const bits = bitsOf(network);
  const fact = `${name}${network.family}`;
  const around = Array.from({ length: Math.max(0, bits.length - LEAST_BITS) }, (_, index) =>
    factQuery(fact, bits.slice(0, LEAST_BITS + index)),
  );
  return anyOf([factQuery(fact, `${bits}*`), ...around]);
}
