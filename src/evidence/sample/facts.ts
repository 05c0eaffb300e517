import type { DKIMResult } from 'mailauth';
import { SPF_OUTCOME, spfWords } from '../authentication/spf-verdict.ts';
import { parts } from '../authentication/tag-list.ts';
import type { Fact, Outcome } from '../kind.ts';
import { list, shown } from '../wording.ts';
import { type Sample, valuesOf } from './fields.ts';
import { listUnsubscribe, oneClick } from './one-click.ts';
import type { SampleResults } from './results.ts';

/** A message that was opened, what a receiver found out about it, and the address that it is said to come from. */
export type Seen = { sample: Sample; results: SampleResults; address: string; now: Date };

/** What a receiver makes of a message, row by row. */
export const sampleFacts = ({ sample, results, address, now }: Seen): Fact[] => [
  ...signatureFacts(results.signatures),
  spfFact(results, address),
  dmarcFact(results),
  arcFact(results),
  listUnsubscribe(sample),
  oneClick(sample, signedFields(results.signatures)),
  ...fieldFacts(sample, now),
  receivedFact(sample, address),
];

/** The fields of each signature that passes. */
const signedFields = (signatures: DKIMResult[]): string[][] =>
  signatures
    .filter(({ status }) => status.result === 'pass')
    .map(({ signingHeaders }) => parts(signingHeaders?.keys ?? ''));

export const isGood = ({ status }: DKIMResult) => status.result === 'pass' && !status.testing;

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

export function signatureWords({ status, modulusLength, algo }: DKIMResult): string {
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

export function spfFact({ spf }: SampleResults, address: string): Fact {
  const row = { key: 'spf', label: 'SPF' };
  return spf === null
    ? { ...row, outcome: 'unknown', words: 'the envelope sender is not known: no Return-Path field' }
    : { ...row, outcome: SPF_OUTCOME[spf.result], words: spfWords(spf, address) };
}

const DMARC_OUTCOME: Record<string, Outcome> = { pass: 'good', fail: 'bad', none: 'bad', permerror: 'bad' };

export const dmarcOutcome = ({ dmarc }: SampleResults): Outcome =>
  typeof dmarc === 'string' ? 'bad' : (DMARC_OUTCOME[dmarc.status.result] ?? 'unknown');

const dmarcFact = (results: SampleResults): Fact => ({
  key: 'dmarc',
  label: 'DMARC',
  outcome: dmarcOutcome(results),
  words: dmarcWords(results),
});

export function dmarcWords({ dmarc }: SampleResults): string {
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

const DAY = 86_400_000;

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
