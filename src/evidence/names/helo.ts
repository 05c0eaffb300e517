import type { Ask } from '../../dns/answer.ts';
import { dnsName, isHostName } from '../domain-name.ts';
import type { AddressSubject, ClaimFinding, Fact } from '../kind.ts';
import { list, shown } from '../wording.ts';
import { forwardOf, type Reverse } from './reverse.ts';

type Helo = { facts: Fact[]; summary: string; claim: ClaimFinding };

const heloClaim = (result: ClaimFinding['result'], words: string): ClaimFinding => ({
  claim: 'helo-ok',
  result,
  words,
});

/** The name in HELO: whether it resolves, and whether reverse DNS says the same. */
export async function heloOf(subject: AddressSubject, reverse: Reverse, ask: Ask): Promise<Helo> {
  if (subject.helo.trim() === '') {
    const words = 'nobody said which name the server gives';
    return {
      facts: [{ key: 'helo', label: 'HELO name', outcome: 'note', words }],
      summary: 'HELO name not known',
      claim: heloClaim('unknown', words),
    };
  }
  const name = dnsName(subject.helo);
  if (name === null || !isHostName(name)) return badHelo(subject.helo);
  const forward = await heloForward(name, subject.address, ask);
  const match = matchOf(name, reverse);
  return {
    facts: [
      { key: 'helo', label: 'HELO name', outcome: 'good', words: shown(name) },
      { key: 'helo-resolves', label: 'HELO name in DNS', outcome: forward.outcome, words: forward.words },
      { key: 'helo-ptr', label: 'HELO and reverse name', outcome: match.outcome, words: match.words },
    ],
    summary: match.summary,
    claim: heloVerdict(name, forward, match),
  };
}

function badHelo(helo: string): Helo {
  const literal = helo.trim().startsWith('[');
  const words = literal
    ? `${shown(helo)} is an address; many receivers want the full name of a host`
    : `${shown(helo)} is not the full name of a host`;
  return {
    facts: [{ key: 'helo', label: 'HELO name', outcome: 'bad', words }],
    summary: 'the HELO name is none',
    claim: heloClaim('contradicts', words),
  };
}

type HeloForward = { outcome: Fact['outcome']; words: string };

/** The name must resolve (RFC 5321 § 2.3.5), to whichever kind of address; that it leads here is better. */
async function heloForward(name: string, address: string, ask: Ask): Promise<HeloForward> {
  const own = await forwardOf(name, address, ask);
  if (own.confirmation === 'confirmed') return { outcome: 'good', words: `${name} leads to ${address}` };
  if (own.confirmation === 'elsewhere') return { outcome: 'note', words: `${name} ${own.words}` };
  if (own.confirmation === 'unknown') return { outcome: 'unknown', words: `${name}: ${own.words}` };
  const other = await ask(name, address.includes(':') ? 'A' : 'AAAA');
  if (other.status === 'found')
    return { outcome: 'note', words: `${name} leads to ${list(other.records)}, not to ${address}` };
  if (other.status === 'failed')
    return { outcome: 'unknown', words: `${name}: not known: ${shown(other.why)}` };
  return { outcome: 'bad', words: `${name} has no address` };
}

type Match = { outcome: Fact['outcome']; words: string; summary: string };

function matchOf(name: string, { names }: Reverse): Match {
  if (names === null)
    return { outcome: 'unknown', words: 'reverse name unknown', summary: 'HELO not compared' };
  const same = names.find((entry) => entry.name === name);
  if (same?.confirmation === 'confirmed')
    return { outcome: 'good', words: 'the same, and it leads back', summary: 'HELO is the same' };
  if (same?.confirmation === 'unknown')
    return { outcome: 'unknown', words: `the same, but ${same.words}`, summary: 'HELO not confirmed' };
  if (same)
    return { outcome: 'bad', words: `the same, but it ${same.words}`, summary: 'HELO is not confirmed' };
  const others = list(names.map((entry) => shown(entry.name, 100)));
  return names.length === 0
    ? { outcome: 'bad', words: 'there is no reverse name', summary: 'no reverse name for HELO' }
    : { outcome: 'note', words: `${name} is not ${others}`, summary: 'HELO is another name' };
}

function heloVerdict(name: string, forward: HeloForward, match: Match): ClaimFinding {
  if (match.outcome === 'good')
    return {
      ...heloClaim('supports', `HELO says ${name}, as reverse DNS does`),
      phrase: { key: 'helo', values: { name } },
    };
  if (forward.outcome === 'bad') return heloClaim('contradicts', forward.words);
  if (match.outcome === 'unknown') return heloClaim('unknown', match.words);
  return heloClaim('contradicts', match.words);
}
