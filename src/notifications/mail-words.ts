import { clock, count, day, offset } from '../web/format.ts';
import { TOPICS, type Topic } from './topics.ts';

/** Pure: what a mail to one of our people says. Its words are plain text; what came from outside is in them. */

export type MailNotice = {
  id: number;
  topic: string;
  words: string;
  link: string;
  happenedAt: Date;
  incident: { number: number; title: string } | null;
};
type MailWords = { subject: string; text: string; html: string };

const MAX_SUBJECT = 150;

/** One line without anything that a terminal or a mail program would take for more than a character. */
const line = (text: string, most: number) => {
  const words = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return words.length > most ? `${words.slice(0, most - 1).toWellFormed()}…` : words;
};

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (one) => ESCAPES[one] ?? '');

type Group = { title: string; notices: MailNotice[] };

const titleOf = ({ incident, topic }: MailNotice) =>
  incident
    ? `#${incident.number} ${line(incident.title, 200)}`
    : (TOPICS[topic as Topic]?.title ?? 'Delist Desk');

/** By incident, in the order of what happened first. */
function grouped(notices: readonly MailNotice[]): Group[] {
  const groups = new Map<string, Group>();
  for (const notice of notices) {
    const title = titleOf(notice);
    const group = groups.get(title) ?? { title, notices: [] };
    group.notices.push(notice);
    groups.set(title, group);
  }
  return [...groups.values()];
}

function subjectOf(notices: readonly MailNotice[], groups: Group[]): string {
  const [first] = notices;
  if (!first) return '';
  const about = first.incident ? `#${first.incident.number}` : '';
  if (notices.length === 1) return line(about ? `${about}: ${first.words}` : first.words, MAX_SUBJECT);
  if (groups.length === 1) return line(`${titleOf(first)}: ${count(notices.length)} new`, MAX_SUBJECT);
  const incidents = new Set(notices.flatMap(({ incident }) => (incident ? [incident.number] : []))).size;
  const where = incidents > 1 ? ` in ${count(incidents)} incidents` : '';
  return `${count(notices.length)} new${where}`;
}

/** Composes one mail of what happened, oldest first. `origin` is where our pages are, empty where nobody said. */
export function mailWords(
  notices: readonly MailNotice[],
  { zone, origin, now }: { zone: string; origin: string; now: Date },
): MailWords {
  const groups = grouped(notices);
  const stamp = (at: Date) => {
    const here = day(at, zone);
    return here === day(now, zone) ? clock(at, zone) : `${here}, ${clock(at, zone)}`;
  };
  const settings = `${origin}/settings/notifications`;
  const foot = [`Times are ${zone}, now ${offset(now, zone)}.`, `What you are told, and how: ${settings}`];
  const text = [
    ...groups.flatMap(({ title, notices: of }) => [
      title,
      ...of.map((one) => `  ${stamp(one.happenedAt)}  ${line(one.words, 400)}`),
      `  ${origin}${of.at(-1)?.link ?? '/'}`,
      '',
    ]),
    '-- ',
    ...foot,
    '',
  ].join('\n');
  const linked = (path: string, words: string) =>
    origin ? `<a href="${escaped(origin + path)}">${escaped(words)}</a>` : escaped(words);
  const html = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"></head><body>',
    ...groups.flatMap(({ title, notices: of }) => [
      `<h3>${linked((of[0]?.link ?? '/').replace(/#.*$/, ''), title)}</h3><ul>`,
      ...of.map(
        (one) => `<li>${escaped(stamp(one.happenedAt))} ${linked(one.link, line(one.words, 400))}</li>`,
      ),
      '</ul>',
    ]),
    `<p><small>${escaped(foot[0] ?? '')} ${linked('/settings/notifications', 'What you are told, and how')}</small></p>`,
    '</body></html>',
    '',
  ].join('\n');
  return { subject: subjectOf(notices, groups), text, html };
}
