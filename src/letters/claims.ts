import type { EvidenceResult } from '../database/tables.ts';
import type { Profile } from '../profile/profile.ts';
import { letterDay } from './language.ts';
import claimData from './claims.json' with { type: 'json' };

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

export type EvidenceRecord = { claim: string; result: EvidenceResult; words: string; source: string; observedAt: Date; address: string | null };
export type ClaimSources = {
  profile: Profile;
  addresses: { text: string; jmrpSince: string | null; sndsSince: string | null }[];
  rejections: { at: Date | null; recordedAt: Date; recipient: string | null; recipientDomain: string | null }[];
  evidence: EvidenceRecord[];
};

type Definition = { key: string; text: string; maxAgeHours: number | null; whenUnknown: Claim['whenUnknown'] };
const DEFINITIONS = claimData as Definition[];
const BY_KEY = new Map(DEFINITIONS.map((definition) => [definition.key, definition]));
export const CLAIM_KEYS = DEFINITIONS.map((definition) => definition.key);
export const claimText = (key: string) => BY_KEY.get(key)?.text ?? key;

type Finding = { status: Exclude<ClaimStatus, 'stale'>; evidence: string; words: string; observedAt: Date | null };
type Rule = (sources: ClaimSources, now: Date) => Finding | undefined;

const supported = (evidence: string, words: string, observedAt: Date | null = null): Finding => ({ status: 'supported', evidence, words, observedAt });
const HOUR = 3_600_000;

/** Enrolled means every address is, by its own date or the organisation's. */
function enrolled(programme: string, own: (address: ClaimSources['addresses'][number]) => string | null, ours: (profile: Profile) => string | null): Rule {
  return ({ profile, addresses }) => {
    const dates = addresses.map((address) => own(address) ?? ours(profile));
    const since = dates.find((date) => date !== null);
    if (!since || dates.some((date) => date === null)) return undefined;
    const day = letterDay(new Date(since), 'en');
    return supported(`profile: ${programme} since ${day}`, `since ${day}`);
  };
}

const BULK = /newsletter|marketing|advert|promotion|campaign|mailing list|bulk|werbung|werbe|rundbrief|massenmail/i;
const TRANSACTIONAL = /transaction|order|invoice|receipt|password|confirmation|notification|ticket|booking|reminder|bestell|rechnung|passwor|bestätig|benachrichtig|buchung/i;

/** What profile and rejections say, besides evidence that was recorded. */
const RULES: Record<string, Rule> = {
  'jmrp-enrolled': enrolled('in JMRP', (address) => address.jmrpSince, (profile) => profile.jmrpSince),
  'snds-access': enrolled('in SNDS', (address) => address.sndsSince, (profile) => profile.sndsSince),
  'confirmed-opt-in': ({ profile }) => (/\b(?:confirm|double)|bestätig/i.test(profile.optIn) ? supported('profile: how people sign up', profile.optIn) : undefined),
  'transactional-only': ({ profile }) => {
    const kinds = profile.mailKinds;
    if (BULK.test(kinds)) return { status: 'contradicted', evidence: `profile: “${kinds.slice(0, 120)}” is not transactional only`, words: kinds, observedAt: null };
    return TRANSACTIONAL.test(kinds) ? supported('profile: kinds of mail', kinds) : undefined;
  },
  'refusal-fresh': ({ rejections }, now) => {
    const times = rejections.map((one) => one.at ?? one.recordedAt).map(Number);
    if (times.length === 0) return undefined;
    const last = new Date(Math.max(...times));
    return now.getTime() - last.getTime() <= 24 * HOUR ? supported('the newest rejection of this incident', 'refused', last) : undefined;
  },
  'mutual-customers-affected': ({ rejections }) => {
    const recipients = new Set(rejections.map((one) => one.recipient).filter(Boolean));
    return recipients.size > 0 ? supported('recipients in the rejections of this incident', String(recipients.size)) : undefined;
  },
};

const newest = (records: EvidenceRecord[]) => records.reduce((a, b) => (b.observedAt > a.observedAt ? b : a));
const tooOld = (at: Date, definition: Definition, now: Date) => definition.maxAgeHours !== null && now.getTime() - at.getTime() > definition.maxAgeHours * HOUR;

/** The newest record for each address; one without an address speaks for all of them. */
function recordsFor(key: string, sources: ClaimSources): EvidenceRecord[] {
  const records = sources.evidence.filter((record) => record.claim === key);
  if (records.length === 0) return [];
  const general = records.filter((record) => record.address === null);
  const each = sources.addresses.map(({ text }) => {
    const own = records.filter((record) => record.address === text);
    const all = [...own, ...general];
    return all.length > 0 ? newest(all) : undefined;
  });
  const found = each.filter((record) => record !== undefined);
  if (sources.addresses.length === 0) return [newest(records)];
  return found;
}

function byEvidence(definition: Definition, sources: ClaimSources, now: Date): Omit<Claim, 'key' | 'text' | 'whenUnknown' | 'stated'> | undefined {
  const records = recordsFor(definition.key, sources);
  if (records.length === 0) return undefined;
  const basis = (record: EvidenceRecord) => ({ evidence: `${record.words}; ${record.source}`, words: record.words, observedAt: record.observedAt });
  const against = records.find((record) => record.result === 'contradicts');
  if (against) return { status: 'contradicted', ...basis(against) };
  const oldest = records.reduce((a, b) => (b.observedAt < a.observedAt ? b : a));
  if (records.some((record) => record.result === 'unknown')) return { status: 'unknown', ...basis(records.find((record) => record.result === 'unknown') ?? oldest) };
  // A claim about several addresses holds only when each of them was looked at.
  if (sources.addresses.length > 0 && records.length < sources.addresses.length) return { status: 'unknown', ...basis(oldest) };
  return { status: tooOld(oldest.observedAt, definition, now) ? 'stale' : 'supported', ...basis(oldest) };
}

function judge(definition: Definition, sources: ClaimSources, now: Date): Claim {
  const { key, text, whenUnknown } = definition;
  const rule = RULES[key]?.(sources, now);
  const recorded = byEvidence(definition, sources, now);
  // What contradicts counts, wherever it comes from.
  const judged = rule?.status === 'contradicted' ? rule : recorded?.status === 'contradicted' || recorded?.status === 'supported' ? recorded : (rule ?? recorded);
  return { key, text, whenUnknown, stated: null, ...(judged ?? { status: 'unknown', evidence: null, words: null, observedAt: null }) };
}

/** Judges claims by evidence, profile and rejections. Throws on a key that is no claim. */
export function judgeClaims(keys: string[], sources: ClaimSources, now: Date): Claim[] {
  return keys.map((key) => {
    const definition = BY_KEY.get(key);
    if (!definition) throw new RangeError(`no claim named ${key}`);
    return judge(definition, sources, now);
  });
}
