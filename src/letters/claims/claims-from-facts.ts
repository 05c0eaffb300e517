import type { EvidenceResult } from '../../database/tables.ts';
import type { Phrase } from '../../evidence/kind.ts';
import type { Profile } from '../../profile/profile.ts';
import { letterDay } from '../language.ts';
import type { Said } from '../wording.ts';

/**
 * One thing that a claim rests on: enough to find it again, and to read it when it is gone. Stored with a letter that
 * is sent, so plain JSON.
 */
export type Basis = {
  /** Address, range or domain; empty: the whole incident. */
  about: string;
  result: EvidenceResult;
  words: string;
  source: string;
  /** ISO 8601; null where it has no date, as the profile. */
  observedAt: string | null;
  /** The page of this desk that shows it. */
  link: string;
  /** The snapshot, which is never changed, and the SHA-256 of what it saw. */
  snapshot?: { id: number; kind: string; sha256: string };
  /** The row of what a person recorded. */
  evidence?: number;
  /** A copy of what was counted or written where that may change later. */
  facts?: Record<string, unknown>;
};

/** A dated fact that a claim can rest on: recorded by hand, or found by a check. */
export type EvidenceRecord = {
  claim: string;
  result: EvidenceResult;
  words: string;
  source: string;
  observedAt: Date;
  /** The address or range it is about; null: all of them. */
  address: string | null;
  /** How letters say it; left out: the words stay as a person typed them. Empty: an older release found it. */
  said?: Said[];
  /** The single addresses that it speaks against, where it is about a range. */
  against?: string[];
  basis?: Basis[];
  /** Snapshots that it rests on beside those of `basis`. */
  more?: number[];
};
export type ClaimSources = {
  profile: Profile;
  /** The incident, for links. */
  incident?: number;
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
  /** How letters say it; left out: as it stands in the profile. */
  phrase?: Phrase;
  link: string;
  facts: Record<string, unknown>;
};
type Rule = (sources: ClaimSources) => Finding | undefined;

const inProfile = (field: string) => `/settings/profile#${field}`;
const ofIncident = ({ incident }: ClaimSources) => (incident === undefined ? '' : `/incidents/${incident}`);

/** Enrolled means every address is, by its own date or the organisation's. */
function enrolled(programme: string, field: 'jmrpSince' | 'sndsSince'): Rule {
  return ({ profile, addresses }) => {
    const dates = addresses
      .map((address) => address[field] ?? profile[field])
      .filter((date) => date !== null);
    const last = dates.toSorted().at(-1);
    if (!last || dates.length < addresses.length) return undefined;
    const day = letterDay(new Date(last), 'en');
    return {
      status: 'supported',
      evidence: `profile: ${programme} since ${day}`,
      words: `since ${day}`,
      observedAt: null,
      phrase: { key: 'since', values: { day: { day: last } } },
      link: inProfile(field),
      facts: { [field]: dates },
    };
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
  const said = {
    words: kinds,
    observedAt: null,
    link: inProfile('mailKinds'),
    facts: { mailKinds: kinds },
  };
  const bulk = bulkMail(kinds);
  if (bulk.sent)
    return {
      status: 'contradicted',
      evidence: `profile: “${kinds.slice(0, 120)}” is not transactional only`,
      ...said,
    };
  // Order mail in the list does not say that there is nothing else: the profile has to say so.
  const isExplicit = bulk.denied || ONLY.test(kinds);
  return isExplicit && TRANSACTIONAL.test(kinds)
    ? { status: 'supported', evidence: 'profile: kinds of mail', ...said }
    : undefined;
}

function confirmedOptIn({ profile }: ClaimSources): Finding | undefined {
  const words = profile.optIn.slice(0, MAX_TEXT).toLowerCase();
  const said = {
    words: profile.optIn,
    observedAt: null,
    link: inProfile('optIn'),
    facts: { optIn: profile.optIn },
  };
  if (/\b(?:bought|purchased|rented|scraped|gekauft|gemietet)(?!\p{L})/u.test(words))
    return {
      status: 'contradicted',
      evidence: `profile: “${words.slice(0, 120)}”`,
      ...said,
    };
  const isConfirmed =
    /\b(?:confirmed|confirmation|confirms?|double[ -]opt|bestätig\p{L}*)/u.test(words) &&
    !/\b(?:no|not|without|never|single|ohne|nicht|kein|keine) (?:\p{L}{1,20} )?(?:confirm|double|opt|bestätig)/u.test(
      words,
    );
  return isConfirmed ? { status: 'supported', evidence: 'profile: how people sign up', ...said } : undefined;
}

/** A programme that the profile names. */
const memberOf =
  (name: RegExp): Rule =>
  ({ profile }) => {
    const programme = profile.programmes.find((one) => name.test(one));
    return programme
      ? {
          status: 'supported',
          evidence: 'profile: programmes',
          words: programme,
          observedAt: null,
          link: inProfile('programmes'),
          facts: { programmes: profile.programmes },
        }
      : undefined;
  };
const certified = memberOf(/certif|certified senders|zertifi/i);
/** The only way to see the complaints of Orange’s and SFR’s users. */
const signalSpam = memberOf(/signal[ -]?spam/i);

const seenAt = (one: ClaimSources['rejections'][number]) => one.at ?? one.recordedAt;
const newestOf = (rejections: ClaimSources['rejections']) =>
  rejections.map(seenAt).reduce<Date | null>((a, b) => (a && a > b ? a : b), null);

const refusalFresh: Rule = (sources) => {
  const last = newestOf(sources.rejections);
  return last
    ? {
        status: 'supported',
        evidence: 'the newest rejection of this incident',
        words: 'refused',
        observedAt: last,
        phrase: { key: 'refused', values: { time: { time: last.toISOString() } } },
        link: `${ofIncident(sources)}#h-tl`,
        facts: { newestRejection: last.toISOString() },
      }
    : undefined;
};

/**
 * Counted are recipients whom the newest rejections name; how many more there are is not known. One is no number to
 * argue with: of a watched log a single line may be kept for many refusals.
 */
const mutualCustomers: Rule = (sources) => {
  const named = sources.rejections.filter((one) => one.recipient);
  const recipients = new Set(named.map((one) => one.recipient?.toLowerCase()));
  return recipients.size > 1
    ? {
        status: 'supported',
        evidence: 'recipients in the rejections of this incident',
        words: String(recipients.size),
        observedAt: newestOf(named),
        phrase: { key: 'count', values: { count: recipients.size } },
        link: `${ofIncident(sources)}#h-tl`,
        facts: { recipients: recipients.size },
      }
    : undefined;
};

export const FINDINGS: Record<string, Rule> = {
  'jmrp-enrolled': enrolled('in JMRP', 'jmrpSince'),
  'snds-access': enrolled('in SNDS', 'sndsSince'),
  'confirmed-opt-in': confirmedOptIn,
  'transactional-only': transactionalOnly,
  'sender-certified': certified,
  'signal-spam-member': signalSpam,
  'refusal-fresh': refusalFresh,
  'mutual-customers-affected': mutualCustomers,
};
