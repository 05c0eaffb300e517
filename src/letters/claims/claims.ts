import type { Language } from '../language.ts';
import { findingsWords, plainClaimWords, type Said, typed } from '../wording.ts';
import claimData from './claims.json' with { type: 'json' };
import { type Basis, type ClaimSources, type EvidenceRecord, FINDINGS } from './claims-from-facts.ts';
import { newest, speakers } from './speaks-for.ts';

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
  /** What the evidence found, for the letter itself; in a draft, in the language of the letter. */
  words: string | null;
  observedAt: Date | null;
  whenUnknown: 'intent' | 'omit' | 'warn';
  /** How the letter states it; null: it does not. */
  stated: 'fact' | 'intent' | null;
  /** What was found as data, to be said in any language. */
  said: Said[];
  /** What it rests on, piece by piece: at most {@link PIECES}, and the snapshots beside them. */
  basis: Basis[];
  more: number[];
  /** The addresses that keep it from holding: they speak against it, or nobody has looked there of late. */
  fails: string[];
};

type Definition = {
  key: string;
  text: string;
  maxAgeHours: number | null;
  whenUnknown: Claim['whenUnknown'];
  /** `omit`: it is an advantage, and a letter is as true without it. Left out: it is put right before a letter is sent. */
  whenContradicted?: 'omit';
  notFor?: string[];
  /** Another claim whose evidence shows this one where there are several addresses. */
  alsoBy?: string;
  /** Kinds of evidence that a check looks at for it. */
  kinds?: string[];
  /** Where a person finds it out: `sample`, `log`, or a field of the profile. */
  ask?: string;
};
const DEFINITIONS = claimData as Definition[];
const BY_KEY = new Map(DEFINITIONS.map((definition) => [definition.key, definition]));
export const CLAIM_KEYS = DEFINITIONS.map((definition) => definition.key);
export const whenUnknown = (key: string) => BY_KEY.get(key)?.whenUnknown;
/** Desks for which the claim is no argument (what other lists say does not count for a list operator). */
export const isArgumentFor = (key: string, kind: string) => !BY_KEY.get(key)?.notFor?.includes(kind);
export const claimText = (key: string) => BY_KEY.get(key)?.text ?? key;
/** Whether a letter that does not state it may be sent although evidence speaks against it. */
export const isOnlyAnAdvantage = (key: string) => BY_KEY.get(key)?.whenContradicted === 'omit';
/** Kinds of evidence that a check looks at for a claim; none: only a person, or the logs, can tell. */
export const kindsFor = (key: string): string[] => BY_KEY.get(key)?.kinds ?? [];
export const askedAt = (key: string): string => BY_KEY.get(key)?.ask ?? 'record';

const HOUR = 3_600_000;
/** What is kept of a claim about many addresses; of the rest the snapshots are named. */
export const PIECES = 20;
/** Findings that a page shows before it only counts them. */
const SHOWN = 3;

const tooOld = (at: Date, { maxAgeHours }: Definition, now: Date) =>
  maxAgeHours !== null && now.getTime() - at.getTime() > maxAgeHours * HOUR;

type Judged = Omit<Claim, 'key' | 'text' | 'whenUnknown' | 'stated'>;
type Held = { address: string; record: EvidenceRecord };

const saidIn = (record: EvidenceRecord): Said[] =>
  record.said ?? [{ about: record.address, phrase: typed(record.words) }];

const basisIn = (record: EvidenceRecord): Basis[] =>
  record.basis ?? [
    {
      about: record.address ?? '',
      result: record.result,
      words: record.words,
      source: record.source,
      observedAt: record.observedAt.toISOString(),
      link: '',
    },
  ];

function joined(words: string[]): string {
  const each = [...new Set(words)];
  const rest = each.length - SHOWN;
  return rest > 1 ? `${each.slice(0, SHOWN).join('; ')}; and ${rest} more` : each.join('; ');
}

/** Several records as one: as old as the oldest of them. */
function restingOn(held: Held[], status: ClaimStatus, fails: string[]): Judged {
  const records = [...new Set(held.map(({ record }) => record))];
  const basis = records.flatMap(basisIn);
  const words = joined(records.map((record) => record.words));
  return {
    status,
    evidence: `${words}; ${[...new Set(records.map(({ source }) => source))].join('; ')}`,
    words,
    observedAt: new Date(Math.min(...records.map(({ observedAt }) => observedAt.getTime()))),
    said: records.flatMap(saidIn),
    basis: basis.slice(0, PIECES),
    more: [
      ...basis.slice(PIECES).flatMap(({ snapshot }) => snapshot?.id ?? []),
      ...records.flatMap((record) => record.more ?? []),
    ],
    fails,
  };
}

const addressesOf = (held: Held[]) => [
  ...new Set(held.flatMap(({ address, record }) => record.against ?? (address === '' ? [] : [address]))),
];

const isSeveral = (addresses: ClaimSources['addresses']) =>
  addresses.length > 1 || addresses.some(({ text }) => text.includes('/'));

/** A claim about several addresses holds only when it does for each of them, and says for which it does not. */
function byEvidence(
  definition: Definition,
  { evidence, addresses }: ClaimSources,
  now: Date,
): Judged | undefined {
  const { key, alsoBy } = definition;
  const all = evidence.filter(({ claim }) => claim === key || (claim === alsoBy && isSeveral(addresses)));
  if (all.length === 0) return undefined;
  const asked = addresses.map(({ text }) => text);
  const speakerFor = speakers(all);
  const held: Held[] =
    asked.length === 0
      ? [{ address: '', record: newest(all) }]
      : asked.flatMap((address) => {
          const record = speakerFor(address);
          return record ? [{ address, record }] : [];
        });
  if (held.length === 0) return undefined;
  // It takes a newer look to be rid of a contradiction: age alone does not make it good news.
  const against = held.filter(({ record }) => record.result === 'contradicts');
  if (against.length > 0) return restingOn(against, 'contradicted', addressesOf(against));
  const unsure = held.filter(({ record }) => record.result === 'unknown');
  const spoken = new Set(held.map(({ address }) => address));
  const lacking = asked.filter((address) => !spoken.has(address));
  const open = [...addressesOf(unsure), ...lacking];
  if (unsure.length > 0) return restingOn(unsure, 'unknown', open);
  if (lacking.length > 0) return restingOn(held, 'unknown', open);
  const old = held.filter(({ record }) => tooOld(record.observedAt, definition, now));
  return old.length > 0 ? restingOn(old, 'stale', addressesOf(old)) : restingOn(held, 'supported', []);
}

function byFacts(definition: Definition, sources: ClaimSources, now: Date): Judged | undefined {
  const finding = FINDINGS[definition.key]?.(sources);
  if (!finding) return undefined;
  const { status, evidence, words, observedAt, phrase, link, facts } = finding;
  const isOld = status === 'supported' && observedAt !== null && tooOld(observedAt, definition, now);
  return {
    status: isOld ? 'stale' : status,
    evidence,
    words,
    observedAt,
    said: [{ about: null, phrase: phrase ?? typed(words) }],
    basis: [
      {
        about: '',
        result: status === 'supported' ? 'supports' : 'contradicts',
        words,
        source: evidence,
        observedAt: observedAt?.toISOString() ?? null,
        link,
        facts,
      },
    ],
    more: [],
    fails: [],
  };
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

const NOTHING: Judged = {
  status: 'unknown',
  evidence: null,
  words: null,
  observedAt: null,
  said: [],
  basis: [],
  more: [],
  fails: [],
};

function judge(definition: Definition, sources: ClaimSources, now: Date): Claim {
  const { key, text, whenUnknown } = definition;
  const judged = strongest(byFacts(definition, sources, now), byEvidence(definition, sources, now));
  return { key, text, whenUnknown, stated: null, ...(judged ?? NOTHING) };
}

/** Judges claims by evidence, profile and rejections. Throws on a key that is no claim. */
export function judgeClaims(keys: string[], sources: ClaimSources, now: Date): Claim[] {
  return keys.map((key) => {
    const definition = BY_KEY.get(key);
    if (!definition) throw new RangeError(`no claim named ${key}`);
    return judge(definition, sources, now);
  });
}

/**
 * What a letter says of a claim that holds, in its language. Words that an older release kept in English only are said
 * in English letters; elsewhere the claim's own words stand for them.
 */
export const claimWords = (claim: Claim, language: Language): string =>
  findingsWords(claim.said, language) ||
  (language === 'en' ? (claim.words ?? '') : '') ||
  plainClaimWords(claim.key, language);
