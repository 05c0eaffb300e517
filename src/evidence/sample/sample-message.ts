import type { DKIMResult } from 'mailauth';
import { asking } from '../asking.ts';
import { type ClaimFinding, type Fact, type Found, type Outcome, outcomeOf, type World } from '../kind.ts';
import { listUnsubscribe, oneClick } from './one-click.ts';
import { readFields, type Sample, valuesOf } from './fields.ts';
import { resultsOf, type SampleResults } from './results.ts';
import { SPF_OUTCOME, spfWords } from '../authentication/spf-verdict.ts';
import { parts } from '../authentication/tag-list.ts';
import { list, shown } from '../wording.ts';

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
  const sample = readFields(raw);
  if (typeof sample === 'string') return unread(sample);
  const dns = asking(world.ask);
  const results = await resultsOf(sample, subject, dns.ask, world.now);
  const signed = results.signatures
    .filter(({ status }) => status.result === 'pass')
    .map(({ signingHeaders }) => parts(signingHeaders?.keys ?? ''));
  const unsubscribe = oneClick(sample, signed);
  const facts = [
    ...signatureFacts(results.signatures),
    spfFact(results, subject.address),
    dmarcFact(results),
    arcFact(results),
    listUnsubscribe(sample),
    unsubscribe,
    ...fieldFacts(sample, world.now),
    receivedFact(sample, subject.address),
  ];
  const age = ageOf(sample, world.now);
  return {
    outcome: outcomeOf(facts),
    summary: summaryOf(results),
    facts,
    claims: [
      ifFresh(age, dkimClaim(results.signatures)),
      spfClaim(results, subject.address),
      ifFresh(age, dmarcClaim(results)),
      unsubscribeClaim(unsubscribe),
      ...bulkClaim(sample),
    ],
    raw: dns.raw,
  };
}

const CLAIMS = ['dkim-pass', 'spf-pass', 'dmarc-policy', 'one-click-unsubscribe'];

const unread = (why: string): Found => ({
  outcome: 'unknown',
  summary: why,
  facts: [{ key: 'message', label: 'Message', outcome: 'unknown', words: why }],
  claims: CLAIMS.map((claim) => ({ claim, result: 'unknown', words: why })),
  raw: {},
});

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

const isGood = ({ status }: DKIMResult) => status.result === 'pass' && !status.testing;

function signatureFacts(signatures: DKIMResult[]): Fact[] {
  const rows = signatures.map((signature, at) => signatureFact(signature, at));
  const good = signatures.filter(isGood);
  const open = signatures.some(({ status }) => status.result === 'temperror');
  const overall: Pick<Fact, 'outcome' | 'words'> =
    good.length > 0
      ? {
          outcome: 'good',
          words: `signed by ${list(good.map(({ signingDomain }) => shown(signingDomain ?? '', 100)))}`,
        }
      : open
        ? { outcome: 'unknown', words: 'the key could not be looked up' }
        : { outcome: 'bad', words: signatures.length === 0 ? 'not signed' : 'no signature is valid' };
  return [{ key: 'dkim', label: 'DKIM', ...overall }, ...rows];
}

/** A signature that fails beside one that passes is worth a note, and no more (RFC 6376 § 6.1). */
function signatureFact(signature: DKIMResult, at: number): Fact {
  const { signingDomain = '', selector = '' } = signature;
  return {
    key: `dkim:${at + 1}`,
    label: `Signature of ${shown(signingDomain, 100)}, selector ${shown(selector, 100)}`,
    outcome: isGood(signature) ? 'good' : 'note',
    words: signatureWords(signature),
  };
}

function signatureWords({ status, modulusLength, algo }: DKIMResult): string {
  const key = modulusLength ? `${shown(algo ?? '', 40)}, ${modulusLength} bits` : shown(algo ?? '', 40);
  const parts = [
    status.result === 'pass' ? `pass: ${key}` : `${status.result}: ${shown(status.comment ?? 'weak key')}`,
    status.testing ? 'the key is in test mode (t=y), so it counts for nothing' : '',
    status.underSized ? `${status.underSized} octets of the body are not signed (l=)` : '',
    CHANGED.includes(status.comment ?? '') ? 'pasting may have changed it: drop the file instead' : '',
  ];
  return parts.filter(Boolean).join('; ');
}

const CHANGED = ['body hash did not verify', 'bad signature'];

function spfFact({ spf }: SampleResults, address: string): Fact {
  const row = { key: 'spf', label: 'SPF' };
  return spf === null
    ? { ...row, outcome: 'unknown', words: 'the envelope sender is not known: no Return-Path field' }
    : { ...row, outcome: SPF_OUTCOME[spf.result], words: spfWords(spf, address) };
}

const DMARC_OUTCOME: Record<string, Outcome> = { pass: 'good', fail: 'bad', none: 'bad', permerror: 'bad' };

const dmarcOutcome = ({ dmarc }: SampleResults): Outcome =>
  typeof dmarc === 'string' ? 'bad' : (DMARC_OUTCOME[dmarc.status.result] ?? 'unknown');

const dmarcFact = (results: SampleResults): Fact => ({
  key: 'dmarc',
  label: 'DMARC',
  outcome: dmarcOutcome(results),
  words: dmarcWords(results),
});

function dmarcWords({ dmarc }: SampleResults): string {
  if (typeof dmarc === 'string') return dmarc;
  const from = shown(dmarc.status.header?.from ?? dmarc.domain, 100);
  if (dmarc.status.result === 'none') return `none: no policy for ${from}`;
  if (dmarc.status.result === 'pass') return `pass: ${alignment(dmarc)} aligned with ${from}, p=${dmarc.p}`;
  if (dmarc.status.result === 'fail')
    return `fail: neither a valid DKIM signature nor SPF is aligned with ${from}, p=${dmarc.p}`;
  return `${dmarc.status.result}: not known`;
}

function alignment({ alignment }: Exclude<SampleResults['dmarc'], string>): string {
  const ways = [
    alignment.dkim.result ? `DKIM (${shown(alignment.dkim.result, 100)})` : '',
    alignment.spf.result ? `SPF (${shown(alignment.spf.result, 100)})` : '',
  ].filter(Boolean);
  return `${list(ways)} ${ways.length > 1 ? 'are' : 'is'}`;
}

/** ARC tells of forwarding (RFC 8617); a message of our own has none. */
function arcFact({ arc }: SampleResults): Fact {
  const row = { key: 'arc', label: 'ARC' };
  const { result, comment } = arc.status;
  if (result === 'none')
    return { ...row, outcome: 'note', words: 'none, as it should be where nobody forwarded the message' };
  if (result === 'pass') return { ...row, outcome: 'note', words: `pass (${shown(comment ?? '')})` };
  // mailauth gives no reason where a key could not be looked up.
  const open = !comment || (arc.signature && arc.signature.status.result === 'temperror');
  return open
    ? { ...row, outcome: 'unknown', words: 'a key could not be looked up' }
    : { ...row, outcome: 'bad', words: `fail: ${shown(comment)}` };
}

/** What has to be there once, and what may be there once (RFC 5322 § 3.6). */
const NEEDED: [name: string, label: string][] = [
  ['from', 'From'],
  ['date', 'Date'],
  ['message-id', 'Message-ID'],
];
const SINGLE = ['sender', 'reply-to', 'to', 'cc', 'bcc', 'in-reply-to', 'references', 'subject'];

function fieldFacts(sample: Sample, now: Date): Fact[] {
  const doubled = SINGLE.filter((name) => valuesOf(sample, name).length > 1);
  return [
    ...NEEDED.map(([name, label]) => neededFact(name, label, valuesOf(sample, name), now)),
    doubled.length === 0
      ? { key: 'single', label: 'Other fields', outcome: 'good', words: 'none stands there twice' }
      : { key: 'single', label: 'Other fields', outcome: 'bad', words: `more than once: ${list(doubled)}` },
  ];
}

function neededFact(key: string, label: string, values: string[], now: Date): Fact {
  const [value = ''] = values;
  if (values.length === 0) return { key, label, outcome: 'bad', words: 'missing' };
  if (values.length > 1)
    return { key, label, outcome: 'bad', words: `${values.length} fields; one is allowed` };
  const fault = FAULTS[key]?.(value, now) ?? null;
  return fault === null
    ? { key, label, outcome: 'good', words: shown(value) }
    : { key, label, outcome: 'bad', words: `${shown(value)}: ${fault}` };
}

const DAY = 24 * HOUR;

const FAULTS: Record<string, (value: string, now: Date) => string | null> = {
  date: (value, now) => {
    const at = Date.parse(value.slice(0, 100));
    if (Number.isNaN(at)) return 'cannot be read';
    return at > now.getTime() + DAY ? 'lies in the future' : null;
  },
  'message-id': (value) =>
    /^<[^<>\s@]{1,300}@[^<>\s@]{1,300}>$/.test(value) ? null : 'is not of the form <left@right>',
  from: (value) => (value.includes('@') ? null : 'holds no address'),
};

/** A message that went another way says little of this address. */
function receivedFact(sample: Sample, address: string): Fact {
  const row = { key: 'received', label: 'Way of the message' };
  const lines = valuesOf(sample, 'received').map((line) => line.toLowerCase());
  if (lines.length === 0)
    return { ...row, outcome: 'note', words: 'no Received field: taken before it was sent' };
  return lines.some((line) => line.split(/[^0-9a-f.:]+/).some((part) => part.replace(/^:/, '') === address))
    ? { ...row, outcome: 'good', words: `${address} stands in its Received fields` }
    : { ...row, outcome: 'note', words: `${address} does not stand in its Received fields` };
}

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

function summaryOf({ signatures, spf, dmarc }: SampleResults): string {
  const dkim = signatures.some(isGood) ? 'pass' : (signatures[0]?.status.result ?? 'none');
  const policy = typeof dmarc === 'string' ? 'none' : dmarc.status.result;
  return `SPF ${spf?.result ?? 'unknown'}, DKIM ${dkim}, DMARC ${policy}`;
}
