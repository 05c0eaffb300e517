import { covers } from '../addresses/address.ts';
import claimData from './claims.json' with { type: 'json' };
import { type ClaimSources, type EvidenceRecord, FINDINGS } from './claims-from-facts.ts';

/**
 * `supported`: evidence within its age says so. `contradicted`: evidence says otherwise. `stale`: the
 * evidence is too old to be sent. `unknown`: nobody has looked.
 */
export type ClaimStatus = 'supported' | 'contradicted' | 'unknown' | 'stale';
export type Claim = {
  key: string;
  text: string;
  status: ClaimStatus;
  /** What it rests on, in words for a person. */
  evidence: string | null;
  /** What the evidence found, for the letter itself. */
  words: string | null;
  observedAt: Date | null;
  whenUnknown: 'intent' | 'omit' | 'warn';
  /** How the letter states it; null: it does not. */
  stated: 'fact' | 'intent' | null;
};

type Definition = {
  key: string;
  text: string;
  maxAgeHours: number | null;
  whenUnknown: Claim['whenUnknown'];
  notFor?: string[];
};
const DEFINITIONS = claimData as Definition[];
const BY_KEY = new Map(DEFINITIONS.map((definition) => [definition.key, definition]));
export const CLAIM_KEYS = DEFINITIONS.map((definition) => definition.key);
export const whenUnknown = (key: string) => BY_KEY.get(key)?.whenUnknown;
/** Desks for which the claim is no argument (what other lists say does not count for a list operator). */
export const isArgumentFor = (key: string, kind: string) => !BY_KEY.get(key)?.notFor?.includes(kind);
export const claimText = (key: string) => BY_KEY.get(key)?.text ?? key;

const HOUR = 3_600_000;
const newest = (records: EvidenceRecord[]) => records.reduce((a, b) => (b.observedAt > a.observedAt ? b : a));
const tooOld = (at: Date, definition: Definition, now: Date) =>
  definition.maxAgeHours !== null && now.getTime() - at.getTime() > definition.maxAgeHours * HOUR;

/**
 * The record that speaks for an address: the newest of its own, of a range around it, or of all. A newer
 * one that contradicts for a part of a range counts too: one bad address spoils the range.
 */
function recordFor(address: string, records: EvidenceRecord[]): EvidenceRecord | undefined {
  const about = records.filter((record) => record.address === null || covers(record.address, address));
  const parts = Map.groupBy(
    records.filter(
      (record) => record.address !== null && record.address !== address && covers(address, record.address),
    ),
    (record) => record.address,
  );
  const whole = about.length > 0 ? newest(about) : undefined;
  const against = [...parts.values()]
    .map(newest)
    .find((record) => record.result === 'contradicts' && (!whole || record.observedAt > whole.observedAt));
  return against ?? whole;
}

type Judged = Pick<Claim, 'status' | 'evidence' | 'words' | 'observedAt'>;

function byEvidence(
  definition: Definition,
  { evidence, addresses }: ClaimSources,
  now: Date,
): Judged | undefined {
  const all = evidence.filter((record) => record.claim === definition.key);
  if (all.length === 0) return undefined;
  const found = addresses.length > 0 ? addresses.map(({ text }) => recordFor(text, all)) : [newest(all)];
  const records = found.filter((record) => record !== undefined);
  const [first] = records;
  if (!first) return undefined;
  const basis = (record: EvidenceRecord) => ({
    evidence: `${record.words}; ${record.source}`,
    words: record.words,
    observedAt: record.observedAt,
  });
  // It takes a newer look to be rid of a contradiction: age alone does not make it good news.
  const against = records.find((record) => record.result === 'contradicts');
  if (against) return { status: 'contradicted', ...basis(against) };
  const unsure = records.find((record) => record.result === 'unknown');
  if (unsure) return { status: 'unknown', ...basis(unsure) };
  const oldest = records.reduce((a, b) => (b.observedAt < a.observedAt ? b : a), first);
  // A claim about several addresses holds only when each of them was looked at.
  if (records.length < found.length) return { status: 'unknown', ...basis(oldest) };
  return { status: tooOld(oldest.observedAt, definition, now) ? 'stale' : 'supported', ...basis(oldest) };
}

function byFacts(definition: Definition, sources: ClaimSources, now: Date): Judged | undefined {
  const finding = FINDINGS[definition.key]?.(sources);
  if (!finding) return undefined;
  const isOld =
    finding.status === 'supported' &&
    finding.observedAt !== null &&
    tooOld(finding.observedAt, definition, now);
  return isOld ? { ...finding, status: 'stale' } : finding;
}

/** What contradicts counts, wherever it comes from; then what supports; then the reason why neither does. */
function strongest(known: Judged | undefined, recorded: Judged | undefined): Judged | undefined {
  const both = [recorded, known].filter((one) => one !== undefined);
  return (
    both.find((one) => one.status === 'contradicted') ??
    both.find((one) => one.status === 'supported') ??
    both[0]
  );
}

function judge(definition: Definition, sources: ClaimSources, now: Date): Claim {
  const { key, text, whenUnknown } = definition;
  const judged = strongest(byFacts(definition, sources, now), byEvidence(definition, sources, now));
  return {
    key,
    text,
    whenUnknown,
    stated: null,
    ...(judged ?? { status: 'unknown', evidence: null, words: null, observedAt: null }),
  };
}

/** Judges claims by evidence, profile and rejections. Throws on a key that is no claim. */
export function judgeClaims(keys: string[], sources: ClaimSources, now: Date): Claim[] {
  return keys.map((key) => {
    const definition = BY_KEY.get(key);
    if (!definition) throw new RangeError(`no claim named ${key}`);
    return judge(definition, sources, now);
  });
}
