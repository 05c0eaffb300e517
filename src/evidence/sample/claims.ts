import type { DKIMResult } from 'mailauth';
import type { ClaimFinding, Fact } from '../kind.ts';
import { shown } from '../wording.ts';
import { dmarcOutcome, dmarcWords, isGood, type Seen, signatureWords, spfFact } from './facts.ts';
import { type Sample, valuesOf } from './fields.ts';
import type { SampleResults } from './results.ts';

/** What a message says of the claims of letters. */
export function sampleClaims({ sample, results, address, now }: Seen, facts: Fact[]): ClaimFinding[] {
  const age = ageOf(sample, now);
  return [
    ifFresh(age, dkimClaim(results.signatures)),
    spfClaim(results, address),
    ifFresh(age, dmarcClaim(results)),
    ...facts.filter(({ key }) => key === 'one-click').map(unsubscribeClaim),
    ...bulkClaim(sample),
  ];
}

/** Those of a message that could not be read. */
export const unknownClaims = (words: string): ClaimFinding[] =>
  ['dkim-pass', 'spf-pass', 'dmarc-policy', 'one-click-unsubscribe'].map((claim) => ({
    claim,
    result: 'unknown',
    words,
  }));

/** Signatures of one message tell how mail is signed now, not how it was signed once. */
const MAX_AGE_HOURS = 48;
const HOUR = 3_600_000;

/** Why the message is too old to tell, or cannot be dated; null for a fresh one. */
function ageOf(sample: Sample, now: Date): string | null {
  const [value = ''] = valuesOf(sample, 'date');
  const at = Date.parse(value.slice(0, 100));
  if (Number.isNaN(at)) return 'the message has no date that can be read; send a fresh one';
  const hours = (now.getTime() - at) / HOUR;
  return hours > MAX_AGE_HOURS
    ? `the message is of ${new Date(at).toISOString().slice(0, 10)}; send a fresh one`
    : null;
}

const ifFresh = (age: string | null, finding: ClaimFinding): ClaimFinding =>
  age === null ? finding : { claim: finding.claim, result: 'unknown', words: age };

function dkimClaim(signatures: DKIMResult[]): ClaimFinding {
  const good = signatures.find(isGood);
  const claim = 'dkim-pass';
  if (good)
    return {
      claim,
      result: 'supports',
      words: `a message was signed by ${shown(good.signingDomain ?? '', 100)}`,
      phrase: { key: 'dkim-signed', values: { domain: shown(good.signingDomain ?? '', 100) } },
    };
  if (signatures.some(({ status }) => status.result === 'temperror'))
    return { claim, result: 'unknown', words: 'the key could not be looked up' };
  const [first] = signatures;
  return { claim, result: 'contradicts', words: first ? signatureWords(first) : 'the message is not signed' };
}

const RESULTS = { good: 'supports', bad: 'contradicts', note: 'unknown', unknown: 'unknown' } as const;

function spfClaim(results: SampleResults, address: string): ClaimFinding {
  const { outcome, words } = spfFact(results, address);
  const phrase = {
    key: 'spf',
    values: { address, domains: { list: [shown(results.spf?.domain ?? '', 100)] } },
  };
  return { claim: 'spf-pass', result: RESULTS[outcome], words, ...(outcome === 'good' ? { phrase } : {}) };
}

function dmarcClaim(results: SampleResults): ClaimFinding {
  const { dmarc } = results;
  const finding = {
    claim: 'dmarc-policy',
    result: RESULTS[dmarcOutcome(results)],
    words: dmarcWords(results),
  };
  if (finding.result !== 'supports' || typeof dmarc === 'string') return finding;
  const domain = shown(dmarc.status.header?.from ?? dmarc.domain, 100);
  return { ...finding, phrase: { key: 'dmarc-aligned', values: { domain, policy: String(dmarc.p) } } };
}

/** That the link works has to be tried by somebody; that it cannot work is seen in the message. */
const unsubscribeClaim = ({ outcome, words }: Fact): ClaimFinding => ({
  claim: 'one-click-unsubscribe',
  result: outcome === 'bad' ? 'contradicts' : 'unknown',
  words,
});

/** A way to unsubscribe is for mail that one can be without. */
const bulkClaim = (sample: Sample): ClaimFinding[] =>
  valuesOf(sample, 'list-unsubscribe').length > 0
    ? [
        {
          claim: 'transactional-only',
          result: 'contradicts',
          words: 'a message with List-Unsubscribe was sent from here',
        },
      ]
    : [];
