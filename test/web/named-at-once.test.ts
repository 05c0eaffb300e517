import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { signedIn, type TestDesk, testDesk } from '../desk.ts';
import { MAILBOX_FORM } from '../mail-in/mailbox.fixture.ts';

/** Two transactions at once need a server; on the embedded database one comes after the other. */
const ON_SERVER = process.env['TEST_DATABASE_URL'] !== undefined;

type Fields = Record<string, string>;
type Kind = {
  /** Where one is added; and changed, `N` its number. */
  add: string;
  change: string;
  table: 'mailboxes' | 'sending_accounts' | 'webhook_targets' | 'saved_searches' | 'snds_feeds';
  /** Its fields under a name that there may be once. */
  fields: (name: string) => Fields;
  /** What the second of two is told. */
  words: string;
};

const named = (fields: Fields) => (name: string) => ({ ...fields, name });
const ACCOUNT_FORM = {
  host: 'mail.example.com',
  port: '587',
  security: 'starttls',
  auth: 'none',
  fromAddress: 'desk@example.com',
  undoSeconds: '10',
};
const WEBHOOK_FORM = {
  link: 'http://127.0.0.1:9/',
  format: 'delist-desk',
  groups: 'mail',
  leastSeverity: 'low',
};
const linkOf = (name: string) => `https://postmaster.live.com/snds/data.aspx?key=${name}`;

/** Whatever people name, and of which another cannot have the name. */
const KINDS: Record<string, Kind> = {
  mailbox: {
    add: '/settings/mailboxes',
    change: '/settings/mailboxes/N',
    table: 'mailboxes',
    fields: named(MAILBOX_FORM),
    words: 'Another mailbox has this name.',
  },
  'sending account': {
    add: '/settings/mail/accounts',
    change: '/settings/mail/accounts/N',
    table: 'sending_accounts',
    fields: named(ACCOUNT_FORM),
    words: 'Another account has this name.',
  },
  webhook: {
    add: '/settings/webhooks',
    change: '/settings/webhooks/N',
    table: 'webhook_targets',
    fields: named(WEBHOOK_FORM),
    words: 'Another webhook has this name.',
  },
  view: {
    add: '/views',
    change: '/views/N',
    table: 'saved_searches',
    fields: named({ query: 'provider:gmail' }),
    words: 'There is a view called “Twice” already.',
  },
  feed: {
    add: '/settings/snds/feeds',
    change: '/settings/snds/feeds/N',
    table: 'snds_feeds',
    fields: (name) => ({ kind: 'data', link: linkOf(name), renewedOn: '2026-03-10' }),
    words: 'This link is fetched already.',
  },
};

/** Holds a table until as many wait for it as are named, so that all of them have looked before any of them writes. */
async function heldUntil<T>({ db }: TestDesk, table: string, waiting: number, all: () => Promise<T>) {
  if (!ON_SERVER) return { answers: all() };
  return db.transaction().execute(async (trx) => {
    await sql`lock table ${sql.table(table)} in share mode`.execute(trx);
    const answers = all();
    for (;;) {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from pg_locks
        where not granted and database = (select oid from pg_database where datname = current_database())`.execute(
        trx,
      );
      if ((rows[0]?.n ?? 0) >= waiting) break;
      await wait(5);
    }
    return { answers };
  });
}

type Row = { id: number; version: number };
const rowsOf = async ({ db }: TestDesk, table: Kind['table']): Promise<Row[]> =>
  (await sql<Row>`select id, version from ${sql.table(table)} order by id`.execute(db)).rows;

for (const [what, kind] of Object.entries(KINDS)) {
  t.test(
    `${what}: of two who give one name at once, the second is told so and keeps what they typed`,
    async (t) => {
      const desk = await testDesk(t, { WEBHOOK_PRIVATE_TARGETS: '127.0.0.1' });
      const browser = await signedIn(desk, 'admin');
      const told = (answers: { statusCode: number; body: string }[]) => {
        t.strictSame(
          answers.map(({ statusCode }) => (statusCode < 400 ? 'done' : statusCode)).sort(),
          [422, 'done'],
          what,
        );
        const refused = answers.find(({ statusCode }) => statusCode >= 400)?.body ?? '';
        t.match(refused, kind.words);
        t.match(refused, what === 'feed' ? '2026-03-10' : 'value="Twice"', 'the form is as it was typed');
      };
      const both = async (posts: [string, Fields][]) => {
        const post = () => Promise.all(posts.map(([url, fields]) => browser.post(url, fields)));
        const { answers } = await heldUntil(desk, kind.table, posts.length, post);
        told(await answers);
      };
      const once = () => ({ _once: crypto.randomUUID() });
      await both([
        [kind.add, { ...kind.fields('Twice'), ...once() }],
        [kind.add, { ...kind.fields('Twice'), ...once() }],
      ]);
      await sql`delete from ${sql.table(kind.table)}`.execute(desk.db);
      for (const name of ['One', 'Other'])
        t.ok((await browser.post(kind.add, kind.fields(name))).statusCode < 400, name);
      const rows = await rowsOf(desk, kind.table);
      await both(
        rows.map(({ id, version }) => [
          kind.change.replace('N', String(id)),
          { ...kind.fields('Twice'), version: String(version), ...once() },
        ]),
      );
    },
  );
}
