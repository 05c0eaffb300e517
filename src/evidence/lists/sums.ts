import { type ClaimFinding, type Found, type Outcome, worstFirst } from '../kind.ts';
import { counts, matters } from './plan.ts';
import type { Row } from './row.ts';

/** What the rows of all lists add up to. */

const NAMED = 4;

/** `A, B, C, D and 3 more` */
function named(rows: Row[]): string {
  const labels = rows.map(({ fact }) => fact.label);
  const more = labels.length - NAMED;
  return more > 0 ? `${labels.slice(0, NAMED).join(', ')} and ${more} more` : labels.join(', ');
}

const of = (rows: Row[], outcome: Outcome): Row[] => rows.filter(({ fact }) => fact.outcome === outcome);
const lists = (number: number): string => `${number} ${number === 1 ? 'list' : 'lists'}`;

/** Lists that count, by what became of them. */
type Sums = ReturnType<typeof sumsOf>;
function sumsOf(rows: Row[]) {
  const counting = rows.filter(({ zone, keyless }) => counts(zone) && !keyless);
  const unknown = of(counting, 'unknown');
  return {
    listed: of(rows, 'bad'),
    answered: counting.length - unknown.length,
    unknown,
    missed: unknown.filter(({ zone }) => matters(zone)),
    wide: rows.filter(({ zone, fact }) => zone.scope !== undefined && fact.outcome === 'note'),
  };
}

/** One bad row is bad. Small lists that do not answer leave nothing open: somebody always does not. */
function outcomeOfLists({ listed, missed, answered, unknown }: Sums): Outcome {
  if (listed.length > 0) return 'bad';
  if (missed.length > 0 || (answered === 0 && unknown.length > 0)) return 'unknown';
  return answered > 0 ? 'good' : 'note';
}

/** `on 2 of 41 lists: A, B; 3 unknown` */
function summaryOf({ listed, answered, unknown, wide }: Sums): string {
  const parts =
    answered === 0 && listed.length === 0
      ? [unknown.length > 0 ? `none of ${lists(unknown.length)} gave an answer` : 'no list to ask']
      : [
          listed.length > 0
            ? `on ${listed.length} of ${lists(answered)}: ${named(listed)}`
            : `on none of ${lists(answered)}`,
          ...(unknown.length > 0 ? [`${unknown.length} unknown`] : []),
        ];
  return [...parts, ...(wide.length > 0 ? [`its range on ${named(wide)}`] : [])].join('; ');
}

const claim = (
  result: ClaimFinding['result'],
  words: string,
  said?: Pick<ClaimFinding, 'phrase'>,
): ClaimFinding => ({ claim: 'no-public-listing', result, words, ...said });

/** Holds only when every list that matters answered and no list has it; a listing of the range is no own one. */
function noListing({ listed, answered, unknown, missed }: Sums): ClaimFinding {
  if (listed.length > 0) return claim('contradicts', `on ${named(listed)}`);
  if (missed.length > 0) return claim('unknown', `not known: no usable answer from ${named(missed)}`);
  if (answered === 0) return claim('unknown', 'not known: no list gave an answer');
  const isSilent = unknown.length > 0;
  return claim('supports', `on none of ${answered} public lists${isSilent ? ' that answered' : ''}`, {
    phrase: { key: isSilent ? 'no-listing-answered' : 'no-listing', values: { lists: answered } },
  });
}

/** What all rows amount to; the claim is about addresses. */
export function sumUp(rows: Row[]): Omit<Found, 'claims' | 'raw'> & { claim: ClaimFinding } {
  const sums = sumsOf(rows);
  return {
    outcome: outcomeOfLists(sums),
    summary: summaryOf(sums),
    facts: rows.map(({ fact }) => fact).toSorted(worstFirst),
    claim: noListing(sums),
  };
}
