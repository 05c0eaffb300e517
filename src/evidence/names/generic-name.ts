import ipaddr from 'ipaddr.js';
import { checkData } from '../../data-file.ts';
import { Type } from '../../json-schema.ts';
import { registeredDomain } from '../domain-name.ts';
import data from './generic-names.json' with { type: 'json' };
import { nibbles } from './reverse-name.ts';

/**
 * Names that a network gave to all its addresses alike. Receivers and policy lists take them for lines of
 * households, and refuse mail from there.
 */

const Words = Type.Array(Type.String({ pattern: '^[a-z0-9]+$' }), { minItems: 1, uniqueItems: true });
const WORDS = checkData(
  Type.Object({ dynamic: Words, assigned: Words }),
  data,
  'src/evidence/names/generic-names.json',
);

/** `clear`: it looks like a line of a household. `slight`: it looks given by rote, and may be a server's. */
export type Generic = { how: 'clear' | 'slight'; why: string };

/** Why a reverse name looks generic; null where it looks chosen. The registered domain itself is no sign. */
export function genericName(name: string, address: string): Generic | null {
  const chosen = chosenPart(name);
  const words = chosen.split(/[^a-z]+/);
  const found = (known: string[]) => words.find((word) => known.includes(word));
  const dynamic = found(WORDS.dynamic);
  if (dynamic) return { how: 'clear', why: `“${dynamic}” stands in it` };
  const written = addressIn(chosen, address);
  if (written) return written;
  const assigned = found(WORDS.assigned);
  return assigned ? { how: 'slight', why: `“${assigned}” stands in it` } : null;
}

/** `dyn-7.example.com` → `dyn-7`. */
function chosenPart(name: string): string {
  const registered = registeredDomain(name);
  return name.endsWith(`.${registered}`) ? name.slice(0, -registered.length - 1) : '';
}

const addressIn = (chosen: string, address: string): Generic | null =>
  ipaddr.parse(address).kind() === 'ipv4' ? octetsIn(chosen, address) : groupsIn(chosen, address);

const CLEAR: Generic = { how: 'clear', why: 'the address stands in it' };

function octetsIn(chosen: string, address: string): Generic | null {
  const octets = address.split('.').map(Number);
  const compact = chosen.replace(/[^a-z0-9]/g, '');
  const written = [octets, octets.toReversed()].flatMap((order) => [
    order.map((octet) => octet.toString(16).padStart(2, '0')).join(''),
    order.map((octet) => String(octet).padStart(3, '0')).join(''),
  ]);
  if (written.some((text) => compact.includes(text))) return CLEAR;
  const numbers = (chosen.match(/\d+/g) ?? []).map(Number);
  if (holdsRun(numbers, octets, 3)) return CLEAR;
  if (holdsRun(numbers, octets.slice(1), 2))
    return { how: 'slight', why: 'a part of the address stands in it' };
  return null;
}

function groupsIn(chosen: string, address: string): Generic | null {
  const digits = nibbles(address);
  const compact = chosen.replace(/[^a-z0-9]/g, '');
  const halves = [digits, [...digits].reverse().join('')].flatMap((text) => [
    text.slice(0, 16),
    text.slice(16),
  ]);
  if (halves.some((half) => compact.includes(half))) return CLEAR;
  const short = (group: string) => group.replace(/^0+(?=.)/, '');
  const groups = (digits.match(/.{4}/g) ?? []).map(short).filter((group) => group !== '0');
  const parts = chosen
    .split(/[^a-z0-9]+/)
    .map(short)
    .filter((part) => part !== '' && part !== '0');
  return holdsRun(parts, groups, Math.min(3, groups.length)) ? CLEAR : null;
}

/** Whether `length` neighbours of `wanted` stand in `given` one after the other, in this order or backwards. */
function holdsRun<T>(given: T[], wanted: T[], length: number): boolean {
  return [wanted, wanted.toReversed()].some((order) =>
    order.slice(length - 1).some((_, from) => {
      const run = order.slice(from, from + length);
      return given.some((_, at) => run.every((item, index) => given[at + index] === item));
    }),
  );
}
