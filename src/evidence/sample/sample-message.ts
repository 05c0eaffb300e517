import { asking } from '../asking.ts';
import { type Found, outcomeOf, type World } from '../kind.ts';
import { sampleClaims, unknownClaims } from './claims.ts';
import { isGood, sampleFacts } from './facts.ts';
import { openSample } from './fields.ts';
import { resultsOf, type SampleResults } from './results.ts';

/** It is looked at when somebody brings a message, so it is no kind that a check can look at. */
export const SAMPLE = { key: 'sample-message', title: 'Sample message' };

/**
 * What a receiver would make of a message that was sent: SPF, DKIM, DMARC and ARC with the DNS of today, and the
 * header fields that receivers insist on.
 */
export async function readSample(
  raw: Buffer,
  subject: { address: string; helo: string },
  world: World,
): Promise<Found> {
  const sample = openSample(raw);
  if (typeof sample === 'string') return unread(sample);
  const dns = asking(world.ask);
  const results = await resultsOf(sample, subject, dns.ask, world.now);
  const seen = { sample, results, address: subject.address, now: world.now };
  const facts = sampleFacts(seen);
  return {
    outcome: outcomeOf(facts),
    summary: summaryOf(results),
    facts,
    claims: sampleClaims(seen, facts),
    raw: dns.raw,
  };
}

const unread = (why: string): Found => ({
  outcome: 'unknown',
  summary: why,
  facts: [{ key: 'message', label: 'Message', outcome: 'unknown', words: why }],
  claims: unknownClaims(why),
  raw: {},
});

function summaryOf({ signatures, spf, dmarc }: SampleResults): string {
  const dkim = signatures.some(isGood) ? 'pass' : (signatures[0]?.status.result ?? 'none');
  const policy = typeof dmarc === 'string' ? 'none' : dmarc.status.result;
  return `SPF ${spf?.result ?? 'unknown'}, DKIM ${dkim}, DMARC ${policy}`;
}
