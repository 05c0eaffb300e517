import { readData } from '../data-file.ts';
import { Type } from '../json-schema.ts';

/** Pure: what a link for automated access may be, what is shown of it, which days it is asked for, and what is due. */

/** Hosts at which Microsoft has the reports. Addresses change, so they are data; the setting SNDS_HOSTS adds more. */
export const KNOWN_HOSTS: readonly string[] = readData(
  Type.Array(Type.String({ pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$' })),
  new URL('./hosts.json', import.meta.url),
);

/** Where a day goes into a link. Microsoft's old and new forms write it differently, and the old one is unsure. */
const DAY_FORMS: Record<string, (year: string, month: string, day: string) => string> = {
  '{yyyy-MM-dd}': (year, month, day) => `${year}-${month}-${day}`,
  '{MMddyy}': (year, month, day) => `${month}${day}${year.slice(2)}`,
  '{ddMMyy}': (year, month, day) => `${day}${month}${year.slice(2)}`,
};
const DAY_FORM = /\{(?:yyyy-MM-dd|MMddyy|ddMMyy)\}/g;

export const namesDay = (link: string) => link.match(DAY_FORM) !== null;

/** The link for one day, `2026-06-01`. */
export function linkFor(link: string, day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return link.replace(DAY_FORM, (form) => DAY_FORMS[form]?.(year, month, date) ?? form);
}

/** Why a link is not fetched; undefined when it may be. Only known hosts are asked, so no link leads inside our own network. */
export function whyNotLink(link: string, hosts: readonly string[]): string | undefined {
  const plain = linkFor(link, '2026-01-02');
  if (!URL.canParse(plain)) return 'This is no link. It starts with https://.';
  const url = new URL(plain);
  if (url.protocol !== 'https:') return 'The link must start with https://.';
  if (url.username || url.password) return 'The link must not have a name or password in it.';
  if (/[{}]|%7B|%7D/i.test(plain))
    return `A day in a link is written as one of ${Object.keys(DAY_FORMS).join(', ')}.`;
  if (url.port !== '' || !hosts.includes(url.hostname.toLowerCase()))
    return `${url.host} is none of the hosts at which Microsoft has its reports: ${hosts.join(', ')}. The setting SNDS_HOSTS adds others.`;
  return undefined;
}

/** What may be shown of a link: where it leads, and the end of its key. */
export function maskedLink(link: string): string {
  if (!URL.canParse(link)) return '…';
  const url = new URL(link);
  const path = url.pathname
    .replaceAll('%7B', '{')
    .replaceAll('%7D', '}')
    .replace(/[^/{}]{20,}/g, (long) => (/\d/.test(long) ? `…${long.slice(-4)}` : long));
  const query = [...url.searchParams].map(
    ([name, value]) => `${name}=${namesDay(value) ? value : `…${value.length > 12 ? value.slice(-4) : ''}`}`,
  );
  return `${url.host}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

const DAY_MS = 86_400_000;
const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const plus = (day: string, days: number) => dayAt(Date.parse(day) + days * DAY_MS);

/** SNDS keeps about 90 days. Late data come for days that were asked for already. */
const KEPT_DAYS = 90;
const AGAIN_DAYS = 2;
/** Requests of one turn; a feed that is behind has its next turn at once. */
const MOST_DAYS = 10;

/** The days to ask for in this turn, oldest first: up to yesterday, from where the last turn ended. */
export function daysToAsk(fetchedUntil: string | null, now: Date): string[] {
  const yesterday = dayAt(now.getTime() - DAY_MS);
  const oldest = plus(yesterday, -(KEPT_DAYS - 1));
  const from = fetchedUntil === null ? oldest : plus(fetchedUntil, 1 - AGAIN_DAYS);
  const days: string[] = [];
  for (
    let day = [oldest, from].toSorted().at(-1) ?? oldest;
    day <= yesterday && days.length < MOST_DAYS;
    day = plus(day, 1)
  )
    days.push(day);
  return days;
}

export type Due = { key: 'link' | 'attestation'; what: string; on: string; isPast: boolean; isSoon: boolean };

const LINK_DAYS = 30;
const ATTESTED_MONTHS = 10;
const SOON_DAYS = 7;

function monthsAfter(day: string, months: number): string {
  const at = new Date(day);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months + 1, 0)).getUTCDate();
  return dayAt(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, Math.min(at.getUTCDate(), last)));
}

/** When a link ends, and when the network has to be attested again. */
export function dueDates(feed: { renewedOn: string; attestedOn: string | null }, now: Date): Due[] {
  const today = dayAt(now.getTime());
  const due = (key: Due['key'], what: string, on: string) => ({
    key,
    what,
    on,
    isPast: on < today,
    isSoon: on >= today && on <= plus(today, SOON_DAYS),
  });
  return [
    due('link', 'renew the link', plus(feed.renewedOn, LINK_DAYS)),
    ...(feed.attestedOn
      ? [due('attestation', 'attest the network again', monthsAfter(feed.attestedOn, ATTESTED_MONTHS))]
      : []),
  ];
}

const HOUR_MS = 3_600_000;
const EVERY_MS = 6 * HOUR_MS;

/** When a feed has its next turn: every six hours; after failures sooner at first. */
export const nextTurn = (now: Date, failures: number) =>
  new Date(now.getTime() + (failures === 0 ? EVERY_MS : Math.min(EVERY_MS, 2 ** (failures - 1) * HOUR_MS)));
