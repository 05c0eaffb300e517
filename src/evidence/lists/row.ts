import type { DnsAnswer } from '../../dns/answer.ts';
import { hours } from '../../providers/hours.ts';
import { readZoneAnswer, type ZoneResult } from '../../providers/zone-answer.ts';
import type { Zone } from '../../providers/zone-schema.ts';
import type { Fact, Outcome } from '../kind.ts';
import { canList, counts } from './plan.ts';

/** What a zone said of one address or domain. */
export type Row = { zone: Zone; fact: Fact; keyless?: true };

/** The page where to look and ask, about what was asked. Pages show only https; where there is none, the words say it. */
function linkOf({ removal }: Zone, what: string): string | undefined {
  if (!removal?.startsWith('https://')) return undefined;
  return removal.includes('{') ? removal.replace('{address}', encodeURIComponent(what)) : removal;
}

function rowOf(zone: Zone, what: string, outcome: Outcome, words: string): Row {
  const fact: Fact = { key: zone.zone, label: zone.name, outcome, words };
  const link = linkOf(zone, what);
  if (link !== undefined) fact.link = link;
  return { zone, fact };
}

/** A list of good words only says nothing by its silence. */
const clean = (zone: Zone, what: string): Row =>
  canList(zone)
    ? rowOf(zone, what, 'good', 'not listed')
    : rowOf(zone, what, 'note', 'not known to this list, which has good words only');

export const unknownRow = (zone: Zone, what: string, why: string): Row =>
  rowOf(zone, what, 'unknown', `not known: ${why}`);

/** How the words of a row begin whose list was not asked. */
const NOT_ASKED = 'not asked';
/** Whether a row says anything of its list: silence is no good news. */
export const wasAsked = ({ words }: Pick<Fact, 'words'>): boolean => !words.startsWith(NOT_ASKED);

export const keylessRow = (zone: Zone, what: string): Row => ({
  ...rowOf(zone, what, 'note', `${NOT_ASKED}: it wants a key, which would stand in DNSBL_KEYS`),
  keyless: true,
});

const SCOPES = {
  range: 'the range around it is listed, not the address alone',
  network: 'its whole network is listed, whoever uses the address',
} as const;

const MOST_OF_A_REASON = 300;
// Controls and directional marks: a list’s text may hold anything, and is shown beside words of ours.
const UNREADABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\s]+/gu;

/** The list’s own words, as TXT. */
function reason(answer: DnsAnswer | null): string[] {
  if (answer?.status !== 'found') return [];
  const text = answer.records
    .join(' / ')
    .slice(0, 2 * MOST_OF_A_REASON)
    .replace(UNREADABLE, ' ')
    .trim();
  const cut = text.length > MOST_OF_A_REASON ? `${text.slice(0, MOST_OF_A_REASON)}…` : text;
  return cut === '' ? [] : [`it says “${cut}”`];
}

const said = ({ meanings }: ZoneResult): string[] =>
  meanings.map(
    ({ meaning, answer, verified }) =>
      `${meaning.replace(/\.$/, '')} (${answer}${verified ? '' : ', unverified'})`,
  );

/** Own listings are bad; those of a whole range, and those of lists that nobody refuses mail by, are worth a note. */
function listedRow(zone: Zone, what: string, result: ZoneResult, text: DnsAnswer | null): Row {
  const abuse = result.meanings.some(({ kind }) => kind === 'listing');
  const words = [
    abuse ? 'listed' : 'listed by policy, which accuses nobody',
    ...(zone.scope ? [SCOPES[zone.scope]] : []),
    ...said(result),
    ...reason(text),
    ...(zone.expires ? [`ends ${hours(zone.expires)} after the last event`] : []),
    ...(zone.removal?.startsWith('http:') ? [`see ${zone.removal.replace('{address}', what)}`] : []),
  ];
  return rowOf(zone, what, counts(zone) ? 'bad' : 'note', words.join('; '));
}

/** Whether a second question for the reason is of use. */
export const isListed = (zone: Zone, answer: DnsAnswer): boolean =>
  answer.status === 'found' && readZoneAnswer(zone, answer.records).outcome === 'listed';

/** What a zone that can be believed says. `text` is its TXT, where it was asked for. */
export function listRow(zone: Zone, what: string, answer: DnsAnswer, text: DnsAnswer | null): Row {
  if (answer.status === 'no-name') return clean(zone, what);
  if (answer.status === 'failed') return unknownRow(zone, what, answer.why);
  if (answer.status === 'no-data')
    return unknownRow(zone, what, 'an answer without an address, which is neither yes nor no');
  const result = readZoneAnswer(zone, answer.records);
  const words = said(result).join('; ');
  if (result.outcome === 'listed') return listedRow(zone, what, result, text);
  if (result.outcome !== 'not-listed') return unknownRow(zone, what, words);
  const good = result.meanings.some(({ kind }) => kind === 'allow');
  return rowOf(zone, what, good ? 'good' : 'note', words);
}
