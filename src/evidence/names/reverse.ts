import type { Ask } from '../../dns/answer.ts';
import { isHostName } from '../domain-name.ts';
import type { ClaimFinding, Fact } from '../kind.ts';
import { list, shown } from '../wording.ts';
import { type Generic, genericName } from './generic-name.ts';
import { reverseName, sameAddress } from './reverse-name.ts';

/** More names than this are counted, not followed. */
const MAX_NAMES = 10;

type Confirmation = 'confirmed' | 'elsewhere' | 'no-address' | 'unknown';
type ReverseEntry = { name: string; confirmation: Confirmation; words: string; generic: Generic | null };
export type Reverse = {
  /** Whether PTR records were found, or surely none; null where nobody answered. */
  names: ReverseEntry[] | null;
  facts: Fact[];
  summary: string;
  claim: ClaimFinding;
};

export async function reverseOf(address: string, ask: Ask): Promise<Reverse> {
  const question = reverseName(address);
  const answer = await ask(question, 'PTR');
  if (answer.status === 'failed') return noAnswer(answer.why);
  if (answer.status !== 'found') return noName(question, ask);
  const given = [...new Set(answer.records.map((record) => record.replace(/\.$/, '').toLowerCase()))].sort();
  const entries = await Promise.all(given.slice(0, MAX_NAMES).map((name) => entryOf(name, address, ask)));
  return {
    names: entries,
    facts: [ptrFact(given), ...entries.flatMap(entryFacts)],
    summary: reverseSummary(entries),
    claim: { claim: 'fcrdns-ok', ...fcrdns(entries, address) },
  };
}

function noAnswer(why: string): Reverse {
  const words = `not known: ${shown(why)}`;
  return {
    names: null,
    facts: [{ key: 'ptr', label: 'Reverse name', outcome: 'unknown', words }],
    summary: 'reverse name unknown',
    claim: { claim: 'fcrdns-ok', result: 'unknown', words },
  };
}

/** RFC 2317 hands a part of a reverse zone on by CNAME; one that leads nowhere is worth a word. */
async function noName(question: string, ask: Ask): Promise<Reverse> {
  const alias = await ask(question, 'CNAME');
  const words =
    alias.status === 'found'
      ? `no reverse name: ${question} leads to ${shown(alias.records[0] ?? '')}, which has no PTR`
      : 'no reverse name';
  return {
    names: [],
    facts: [{ key: 'ptr', label: 'Reverse name', outcome: 'bad', words }],
    summary: 'no reverse name',
    claim: { claim: 'fcrdns-ok', result: 'contradicts', words },
  };
}

function ptrFact(given: string[]): Fact {
  const words = list(given.map((name) => shown(name, 100)));
  return given.length === 1
    ? { key: 'ptr', label: 'Reverse name', outcome: 'good', words }
    : {
        key: 'ptr',
        label: 'Reverse name',
        outcome: 'note',
        words: `${given.length} names: ${words}; receivers may look at any one of them, so one is best`,
      };
}

async function entryOf(name: string, address: string, ask: Ask): Promise<ReverseEntry> {
  if (!isHostName(name))
    return { name, confirmation: 'no-address', words: 'cannot be the name of a host', generic: null };
  const forward = await forwardOf(name, address, ask);
  return { name, ...forward, generic: genericName(name, address) };
}

export type Forward = { confirmation: Confirmation; words: string };

/** Whether a name leads to the address: by A or AAAA, as the address is. */
export async function forwardOf(name: string, address: string, ask: Ask): Promise<Forward> {
  const answer = await ask(name, address.includes(':') ? 'AAAA' : 'A');
  if (answer.status === 'found') return leadsTo(answer.records, address);
  if (answer.status === 'failed')
    return { confirmation: 'unknown', words: `not known: ${shown(answer.why)}` };
  if (answer.status === 'no-name') return { confirmation: 'no-address', words: 'does not exist' };
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  return { confirmation: 'no-address', words: `has no ${family} address` };
}

function leadsTo(records: string[], address: string): Forward {
  if (records.some((record) => sameAddress(record, address)))
    return { confirmation: 'confirmed', words: `leads back to ${address}` };
  const others = list(records.map((record) => shown(record, 50)));
  return { confirmation: 'elsewhere', words: `leads to ${others}, not to ${address}` };
}

const CONFIRMATION_OUTCOME = {
  confirmed: 'good',
  elsewhere: 'bad',
  'no-address': 'bad',
  unknown: 'unknown',
} as const;
const GENERIC_OUTCOME = { clear: 'bad', slight: 'note' } as const;

function entryFacts({ name, confirmation, words, generic }: ReverseEntry): Fact[] {
  const label = shown(name, 100);
  const id = shown(name, 300);
  return [
    { key: `forward:${id}`, label, outcome: CONFIRMATION_OUTCOME[confirmation], words },
    {
      key: `generic:${id}`,
      label: `Kind of name: ${label}`,
      outcome: generic ? GENERIC_OUTCOME[generic.how] : 'good',
      words: generic ? `looks generic: ${generic.why}` : 'looks chosen',
    },
  ];
}

function reverseSummary(entries: ReverseEntry[]): string {
  const confirmed = entries.filter(({ confirmation }) => confirmation === 'confirmed');
  const best = confirmed[0] ?? entries[0];
  if (!best) return 'no reverse name';
  const name = shown(best.name, 80);
  if (confirmed.length === 0)
    return best.confirmation === 'unknown' ? `${name}, not confirmed yet` : `${name} does not lead back`;
  return best.generic?.how === 'clear' ? `${name}, which looks generic` : `${name} leads back`;
}

/** One name that leads back and looks chosen is enough; one that nobody could look up leaves it open. */
function fcrdns(entries: ReverseEntry[], address: string): Omit<ClaimFinding, 'claim'> {
  const confirmed = entries.filter(({ confirmation }) => confirmation === 'confirmed');
  const good = confirmed.find(({ generic }) => generic?.how !== 'clear');
  if (good)
    return {
      result: 'supports',
      words: `${address} has the name ${shown(good.name)}, which leads back to it`,
      phrase: { key: 'fcrdns', values: { address, name: shown(good.name) } },
    };
  const open = entries.find(({ confirmation }) => confirmation === 'unknown');
  if (open) return { result: 'unknown', words: `${shown(open.name)}: ${open.words}` };
  const generic = confirmed[0];
  if (generic?.generic)
    return { result: 'contradicts', words: `${shown(generic.name)} looks generic: ${generic.generic.why}` };
  const bad = entries[0];
  return { result: 'contradicts', words: bad ? `${shown(bad.name)} ${bad.words}` : 'no reverse name' };
}
