import { WORKERS, type Worker } from '../metrics/turns.ts';
import { count, inShort, roughly } from '../web/format.ts';
import type { Queue, QueueKey } from './queues.ts';
import type { AccountHealth, DatabaseFacts, FeedHealth, MailboxHealth } from './store.ts';

/** How it stands with one thing. `off`: it is not set up, and nothing is wrong with that. */
export type Mark = 'good' | 'attention' | 'bad' | 'off';
export type Row = {
  /** By which programs know it. */
  key: string;
  title: string;
  mark: Mark;
  /** What was found. */
  words: string;
  /** What to do about it; empty where nothing has to be done. */
  todo: string;
  /** Where to do it. */
  link?: string;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

const row = (key: string, title: string, mark: Mark, words: string, todo = '', link?: string): Row => ({
  key,
  title,
  mark,
  words,
  todo: mark === 'good' ? '' : todo,
  ...(link ? { link } : {}),
});

/** Octets for people: `1.4 GB`. */
export function size(bytes: number): string {
  if (bytes >= 10 * GIB) return `${count(Math.round(bytes / GIB))} GB`;
  if (bytes >= GIB) return `${(bytes / GIB).toFixed(1)} GB`;
  return `${count(Math.ceil(bytes / MIB))} MB`;
}

/** `last sent 4 min ago`, `never sent yet`. */
const lastTime = (what: string, at: Date | null, now: Date) =>
  at ? `last ${what} ${roughly(now.getTime() - at.getTime())} ago` : `never ${what} yet`;

/** What is due for longer than this calls for attention, and for longer than that for help. */
type Patience = { title: string; attentionMs: number; badMs: number; todo: string; link?: string };
const QUEUES: Record<QueueKey, Patience> = {
  letters: {
    title: 'Letters to send',
    attentionMs: 5 * MINUTE,
    badMs: HOUR,
    todo: 'Look whether a sending account has a problem and sends a test message.',
    link: '/settings/mail',
  },
  notices: {
    title: 'Notices to mail',
    attentionMs: 10 * MINUTE,
    badMs: 2 * HOUR,
    todo: 'Look whether the default sending account has a problem.',
    link: '/settings/mail',
  },
  reports: {
    title: 'Reports to mail',
    attentionMs: 10 * MINUTE,
    badMs: 2 * HOUR,
    todo: 'Look whether the default sending account has a problem.',
    link: '/settings/mail',
  },
  links: {
    title: 'Links to mail',
    attentionMs: 2 * MINUTE,
    badMs: 30 * MINUTE,
    todo: 'Somebody waits for an invitation or a new password: look whether the default sending account has a problem.',
    link: '/settings/mail',
  },
  arrivals: {
    title: 'Mails to read',
    attentionMs: 5 * MINUTE,
    badMs: HOUR,
    todo: 'Reading waits for the resolver most of the time: look at it first, then at “a mail could not be read” in the log.',
  },
  checks: {
    title: 'Checks of evidence',
    attentionMs: 15 * MINUTE,
    badMs: 3 * HOUR,
    todo: 'Look at the resolver. A range of thousands of addresses takes its time; a second process helps.',
  },
  events: {
    title: 'Events to tell',
    attentionMs: 2 * MINUTE,
    badMs: 15 * MINUTE,
    todo: 'Look for “events” in the log. Notices and webhooks wait meanwhile; nothing is lost.',
  },
  webhooks: {
    title: 'Webhooks to send',
    attentionMs: 10 * MINUTE,
    badMs: 2 * HOUR,
    todo: 'Look at the log of the target that fails.',
    link: '/settings/webhooks',
  },
  imports: {
    title: 'Imports',
    attentionMs: 6 * HOUR,
    badMs: DAY,
    todo: 'Look how far the import is.',
    link: '/settings/import',
  },
};

export const queueRows = (queues: readonly Queue[]): Row[] =>
  queues.map(({ queue, length, oldestMs }) => {
    const { title, attentionMs, badMs, todo, link } = QUEUES[queue];
    const mark = oldestMs > badMs ? 'bad' : oldestMs > attentionMs ? 'attention' : 'good';
    const overdue = oldestMs > MINUTE ? `, the oldest due for ${inShort(oldestMs)}` : '';
    return row(
      `queue-${queue}`,
      title,
      mark,
      length === 0 ? 'nothing waits' : `${count(length)} waiting${overdue}`,
      todo,
      link,
    );
  });

/** A mailbox is looked at every few minutes; silence for longer is a fault even without a message. */
const MAILBOX_SILENT = HOUR;

export function mailInRows(
  mailboxes: readonly MailboxHealth[],
  listeners: readonly string[],
  now: Date,
): Row[] {
  const rows = mailboxes.map(({ name, lastGoodAt, lastLookAt, problem, untaken }, index) => {
    const silentMs = lastGoodAt ? now.getTime() - lastGoodAt.getTime() : Number.POSITIVE_INFINITY;
    const words = `${lastTime('looked at with success', lastGoodAt, now)}${
      untaken > 0 ? `, ${count(untaken)} not taken` : ''
    }${problem ? `: ${problem}` : ''}`;
    const mark =
      silentMs > MAILBOX_SILENT && (problem || lastLookAt)
        ? 'bad'
        : problem || untaken > 0 || !lastGoodAt
          ? 'attention'
          : 'good';
    const todo = 'Open the mailbox, read what its server says, and try it again.';
    return row(`mailbox-${index + 1}`, `Mailbox ${name}`, mark, words, todo, '/settings/mailboxes');
  });
  const ways =
    listeners.length > 0
      ? [row('listeners', 'Mail handed over', 'good', `taken at ${listeners.join(', ')}`)]
      : [];
  if (rows.length + ways.length > 0) return [...rows, ...ways];
  const todo = 'Answers have to be pasted by hand. Add a mailbox, or let your mail server hand mail over.';
  return [row('mail-in', 'Mail in', 'off', 'no mailbox is watched', todo, '/settings/mailboxes')];
}

export function mailOutRows(accounts: readonly AccountHealth[], uncertain: number, now: Date): Row[] {
  if (accounts.length === 0)
    return [
      row(
        'mail-out',
        'Mail out',
        'off',
        'no sending account',
        'Letters are copied and sent by hand, and nobody is mailed. Add a sending account.',
        '/settings/mail',
      ),
    ];
  const rows = accounts.map(({ name, lastSentAt, problem }, index) =>
    row(
      `account-${index + 1}`,
      `Sending account ${name}`,
      problem ? 'bad' : 'good',
      `${lastTime('sent', lastSentAt, now)}${problem ? `: ${problem}` : ''}`,
      'Open the account, mend what its server says, and send a test message.',
      '/settings/mail',
    ),
  );
  if (uncertain === 0) return rows;
  const words = `${count(uncertain)} may or may not have arrived`;
  const todo = 'On each incident’s page, say whether it arrived or send it again.';
  return [...rows, row('mail-uncertain', 'Uncertain letters', 'attention', words, todo, '/')];
}

export function feedRows(feeds: readonly FeedHealth[], now: Date): Row[] {
  if (feeds.length === 0) return [row('feeds', 'SNDS', 'off', 'no link is fetched', '', '/settings/snds')];
  return feeds.map(({ kind, lastFetchedAt, failures, problem }, index) => {
    const ageMs = lastFetchedAt ? now.getTime() - lastFetchedAt.getTime() : Number.POSITIVE_INFINITY;
    const mark =
      ageMs > 3 * DAY && failures > 0 ? 'bad' : failures > 0 || !lastFetchedAt ? 'attention' : 'good';
    return row(
      `feed-${index + 1}`,
      `SNDS, ${kind}`,
      mark,
      `${lastTime('fetched', lastFetchedAt, now)}${problem ? `: ${problem}` : ''}`,
      'Renew the link at SNDS and save it; what it told before counts as unknown once it is old.',
      '/settings/snds',
    );
  });
}

export const webhookRows = (paused: number): Row[] =>
  paused === 0
    ? []
    : [
        row(
          'webhooks-paused',
          'Webhooks',
          'attention',
          `${count(paused)} paused, since they kept failing`,
          'Mend the receiver, then let the target go on.',
          '/settings/webhooks',
        ),
      ];

/** What the resolver said to a question that every one can answer; null: it was not asked. */
export type ResolverFacts = { failure: string; ms: number } | null;

export function resolverRow(asked: ResolverFacts): Row {
  const title = 'Resolver';
  if (!asked) return row('resolver', title, 'off', 'not asked in a demonstration');
  const todo =
    'Until it answers, block lists and records are unknown. Look at DNS_SERVERS, and whether UDP and TCP port 53 are open.';
  if (asked.failure) return row('resolver', title, 'bad', asked.failure, todo);
  const words = `answered in ${count(Math.ceil(asked.ms))} ms`;
  return row('resolver', title, asked.ms > 1000 ? 'attention' : 'good', words, todo);
}

const PAGE_CLOCK_MS = 2000;
const BAD_CLOCK_MS = 30_000;

export function databaseRows(facts: DatabaseFacts, isEmbedded: boolean): Row[] {
  const { version, bytes, answerMs, clockMs } = facts;
  const apart = Math.abs(clockMs);
  return [
    row(
      'database',
      'Database',
      answerMs > 250 ? 'attention' : 'good',
      `PostgreSQL ${version}${isEmbedded ? ', embedded' : ''}, ${size(bytes)}, answers in ${count(Math.ceil(answerMs))} ms`,
      'It answers slowly: look at its load, and at the way to it.',
    ),
    row(
      'clock',
      'Clocks',
      apart > BAD_CLOCK_MS ? 'bad' : apart > PAGE_CLOCK_MS ? 'attention' : 'good',
      apart < 1000
        ? 'the database and this process agree'
        : `the database is ${inShort(apart)} ${clockMs > 0 ? 'ahead' : 'behind'}`,
      'Let both machines keep time by NTP: due times and sessions go by these clocks.',
    ),
  ];
}

export function migrationRow({ missing, last }: { missing: number; last: string }): Row {
  const steps = missing === 1 ? 'step is' : 'steps are';
  const words = missing === 0 ? `up to date, last step ${last}` : `${count(missing)} ${steps} missing`;
  const todo = 'Another release runs on this database. Bring all processes to the same release.';
  return row('migrations', 'Schema', missing === 0 ? 'good' : 'bad', words, todo);
}

export function diskRow(disk: { free: number; all: number } | undefined, isEmbedded: boolean): Row {
  const title = isEmbedded ? 'Disk' : 'Disk of DATA_DIR';
  if (!disk)
    return row(
      'disk',
      title,
      'attention',
      'could not be looked at',
      'Look whether DATA_DIR is there and may be read.',
    );
  const share = disk.all > 0 ? disk.free / disk.all : 0;
  const mark =
    disk.free < 512 * MIB || share < 0.03 ? 'bad' : disk.free < 2 * GIB || share < 0.1 ? 'attention' : 'good';
  const words = `${size(disk.free)} of ${size(disk.all)} free${isEmbedded ? '' : '; the database’s own disk is seen on its machine only'}`;
  return row('disk', title, mark, words, 'Make room before it is full: what cannot be stored is refused.');
}

export function backupRow(last: Date | undefined, now: Date): Row {
  const todo = 'Run the backup each day and copy the file elsewhere; see “Back up” in src/docs/operate.md.';
  if (!last) return row('backup', 'Backup', 'attention', 'no backup was made yet', todo);
  const ageMs = now.getTime() - last.getTime();
  const mark = ageMs > 7 * DAY ? 'bad' : ageMs > 26 * HOUR ? 'attention' : 'good';
  return row('backup', 'Backup', mark, `last made ${roughly(ageMs)} ago`, todo);
}

export const workerRows = (turns: readonly (readonly [Worker, number])[]): Row[] =>
  turns.map(([worker, ms]) => {
    const lateMs = WORKERS[worker] * 1000;
    const todo = 'It hangs, or works on something very large. Look at the log; a restart loses nothing.';
    const mark = ms > 4 * lateMs ? 'bad' : ms > lateMs ? 'attention' : 'good';
    const words = `last turn ${ms < MINUTE ? `${count(Math.ceil(ms / 1000))} s` : roughly(ms)} ago`;
    const title = worker.charAt(0).toUpperCase() + worker.slice(1);
    return row(`worker-${worker.replaceAll(' ', '-')}`, title, mark, words, todo);
  });

const ORDER: Mark[] = ['bad', 'attention', 'good'];

/** The worst of all. */
export const worst = (rows: readonly Row[]): Exclude<Mark, 'off'> =>
  (ORDER.find((mark) => rows.some((one) => one.mark === mark)) ?? 'good') as Exclude<Mark, 'off'>;
