import type { Ask } from '../../dns/answer.ts';
import { asking } from '../asking.ts';
import { dnsName } from '../domain-name.ts';
import { type ClaimFinding, type DomainKind, type Fact, type Outcome, outcomeOf } from '../kind.ts';
import { count, list, shown } from '../wording.ts';
import { readKey } from './dkim-key.ts';

/**
 * The key records of the selectors in use (RFC 6376 § 3.6). A key proves no signature: it can speak against the
 * claim that DKIM passes, and only a signed message can speak for it.
 */
export const dkim: DomainKind = {
  key: 'dkim',
  title: 'DKIM keys',
  of: 'domain',
  async look({ domain, selectors }, world) {
    const { ask, raw } = asking(world.ask);
    const facts = await Promise.all(
      [...new Set(selectors)].map((selector) => keyFact(selector, domain, ask)),
    );
    return {
      outcome: outcomeOf(facts),
      summary: summaryOf(facts),
      facts,
      claims: [{ claim: 'dkim-pass', ...claimOf(facts) }],
      raw,
    };
  },
};

const OUTCOMES = { valid: 'good', weak: 'note', bad: 'bad' } as const;

async function keyFact(selector: string, domain: string, ask: Ask): Promise<Fact> {
  const key = `key:${shown(selector, 300)}`;
  const name = dnsName(`${selector}._domainkey.${domain}`);
  if (name === null) return { key, label: shown(selector, 100), outcome: 'bad', words: 'is not a selector' };
  const answer = await ask(name, 'TXT');
  const row = (outcome: Outcome, words: string): Fact => ({ key, label: shown(name), outcome, words });
  if (answer.status === 'failed') return row('unknown', `not known: ${shown(answer.why)}`);
  if (answer.status !== 'found') return row('bad', 'no key is published');
  if (answer.records.length > 1)
    return row('bad', `${answer.records.length} records; which one counts is open, so receivers may refuse`);
  const { state, words } = readKey(answer.records[0] ?? '');
  return row(OUTCOMES[state], words);
}

const usable = (facts: Fact[]) => facts.filter(({ outcome }) => outcome === 'good' || outcome === 'note');

function summaryOf(facts: Fact[]): string {
  if (facts.length === 0) return 'no selector is known';
  const unknown = facts.filter(({ outcome }) => outcome === 'unknown').length;
  const keys = `${usable(facts).length} of ${count(facts.length, 'key')} can be used`;
  return unknown === 0 ? keys : `${keys}, ${unknown} unknown`;
}

function claimOf(facts: Fact[]): Pick<ClaimFinding, 'result' | 'words'> {
  if (facts.length === 0) return { result: 'unknown', words: 'no selector is known' };
  if (facts.every(({ outcome }) => outcome === 'bad'))
    return {
      result: 'contradicts',
      words: list(
        facts.map(({ label, words }) => `${label}: ${words}`),
        3,
      ),
    };
  return { result: 'unknown', words: 'a key alone proves no signature; check a message that was sent' };
}
