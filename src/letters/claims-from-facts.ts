import type { EvidenceResult } from '../database/tables.ts';
import type { Profile } from '../profile/profile.ts';
import { letterDay } from './language.ts';

/** A dated fact that a claim can rest on: recorded by hand, or found by a check. */
export type EvidenceRecord = {
  claim: string;
  result: EvidenceResult;
  words: string;
  source: string;
  observedAt: Date;
  /** The address or range it is about; null: all of them. */
  address: string | null;
};
export type ClaimSources = {
  profile: Profile;
  addresses: { text: string; jmrpSince: string | null; sndsSince: string | null }[];
  rejections: {
    at: Date | null;
    recordedAt: Date;
    recipient: string | null;
    recipientDomain: string | null;
  }[];
  evidence: EvidenceRecord[];
};

/** What profile and rejections say about a claim, besides evidence that was recorded. */
export type Finding = {
  status: 'supported' | 'contradicted';
  evidence: string;
  words: string;
  observedAt: Date | null;
};
type Rule = (sources: ClaimSources) => Finding | undefined;

const supported = (evidence: string, words: string, observedAt: Date | null = null): Finding => ({
  status: 'supported',
  evidence,
  words,
  observedAt,
});

/** Enrolled means every address is, by its own date or the organisation's. */
function enrolled(
  programme: string,
  own: (address: ClaimSources['addresses'][number]) => string | null,
  ours: (profile: Profile) => string | null,
): Rule {
  return ({ profile, addresses }) => {
    const dates = addresses.map((address) => own(address) ?? ours(profile)).filter((date) => date !== null);
    const last = dates.toSorted().at(-1);
    if (!last || dates.length < addresses.length) return undefined;
    const day = letterDay(new Date(last), 'en');
    return supported(`profile: ${programme} since ${day}`, `since ${day}`);
  };
}

const MAX_TEXT = 2000;
const BULK =
  /^(?:newsletters?|marketing|advert\p{L}*|ads|promotion\p{L}*|promo|campaigns?|bulk|mass|werbung|werbe\p{L}*|rundbrief\p{L}*|rundschreiben|massen\p{L}*|kampagnen?)$/u;
const NOT = new Set([
  'no',
  'not',
  'never',
  'without',
  'nor',
  'kein',
  'keine',
  'keinen',
  'nie',
  'nicht',
  'ohne',
  'non',
]);
const ONLY = /\b(?:only|solely|exclusively|nothing else|ausschließlich|nur|lediglich)(?!\p{L})/iu;
const TRANSACTIONAL =
  /transaction|transaktion|order|invoice|receipt|password|confirmation|notification|ticket|booking|reminder|reset|bestell|rechnung|passwor|passwör|bestätig|benachrichtig|buchung/i;
/** How many words a “no” reaches: “no marketing, no newsletters”, “without any bulk mail”. */
const REACH = 3;

/** Words for bulk mail, and whether the text says that it is sent. */
function bulkMail(text: string): { sent: boolean; denied: boolean } {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter(Boolean);
  const hits = words.flatMap((word, index) =>
    BULK.test(word) ? [words.slice(Math.max(0, index - REACH), index).some((before) => NOT.has(before))] : [],
  );
  return { sent: hits.includes(false), denied: hits.includes(true) };
}

function transactionalOnly({ profile }: ClaimSources): Finding | undefined {
  const kinds = profile.mailKinds.slice(0, MAX_TEXT);
  const bulk = bulkMail(kinds);
  if (bulk.sent)
    return {
      status: 'contradicted',
      evidence: `profile: “${kinds.slice(0, 120)}” is not transactional only`,
      words: kinds,
      observedAt: null,
    };
  // Order mail in the list does not say that there is nothing else: the profile has to say so.
  const isExplicit = bulk.denied || ONLY.test(kinds);
  return isExplicit && TRANSACTIONAL.test(kinds) ? supported('profile: kinds of mail', kinds) : undefined;
}

function confirmedOptIn({ profile }: ClaimSources): Finding | undefined {
  const words = profile.optIn.slice(0, MAX_TEXT).toLowerCase();
  if (/\b(?:bought|purchased|rented|scraped|gekauft|gemietet)(?!\p{L})/u.test(words))
    return {
      status: 'contradicted',
      evidence: `profile: “${words.slice(0, 120)}”`,
      words: profile.optIn,
      observedAt: null,
    };
  const isConfirmed =
    /\b(?:confirmed|confirmation|confirms?|double[ -]opt|bestätig\p{L}*)/u.test(words) &&
    !/\b(?:no|not|without|never|single|ohne|nicht|kein|keine) (?:\p{L}{1,20} )?(?:confirm|double|opt|bestätig)/u.test(
      words,
    );
  return isConfirmed ? supported('profile: how people sign up', profile.optIn) : undefined;
}

const certified: Rule = ({ profile }) => {
  const programme = profile.programmes.find((name) => /certif|certified senders|zertifi/i.test(name));
  return programme ? supported('profile: programmes', programme) : undefined;
};

const seenAt = (one: ClaimSources['rejections'][number]) => one.at ?? one.recordedAt;
const newestOf = (rejections: ClaimSources['rejections']) =>
  rejections.map(seenAt).reduce<Date | null>((a, b) => (a && a > b ? a : b), null);

const refusalFresh: Rule = ({ rejections }) => {
  const last = newestOf(rejections);
  return last ? supported('the newest rejection of this incident', 'refused', last) : undefined;
};

/**
 * Counted are recipients whom the newest rejections name; how many more there are is not known. One is no number to
 * argue with: of a watched log a single line may be kept for many refusals.
 */
const mutualCustomers: Rule = ({ rejections }) => {
  const named = rejections.filter((one) => one.recipient);
  const recipients = new Set(named.map((one) => one.recipient?.toLowerCase()));
  return recipients.size > 1
    ? supported('recipients in the rejections of this incident', String(recipients.size), newestOf(named))
    : undefined;
};

export const FINDINGS: Record<string, Rule> = {
  'jmrp-enrolled': enrolled(
    'in JMRP',
    (address) => address.jmrpSince,
    (profile) => profile.jmrpSince,
  ),
  'snds-access': enrolled(
    'in SNDS',
    (address) => address.sndsSince,
    (profile) => profile.sndsSince,
  ),
  'confirmed-opt-in': confirmedOptIn,
  'transactional-only': transactionalOnly,
  'sender-certified': certified,
  'refusal-fresh': refusalFresh,
  'mutual-customers-affected': mutualCustomers,
};
