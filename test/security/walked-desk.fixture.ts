import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import type { Test } from 'tap';
import { newSetupLink } from '../../src/accounts/set-up-store.ts';
import { buildApp } from '../../src/app.ts';
import { newCalendarLink } from '../../src/notifications/calendar/links.ts';
import { SEALED_COLUMNS } from '../../src/secrets/sealed-columns.ts';
import { type DeclaredRoute, SYSTEM } from '../../src/web/access.ts';
import { openLogger } from '../../src/web/logger.ts';
import { postMail } from '../bad-input/bad-input.fixture.ts';
import { FORMS, type Furnished, furnished, urlOf } from '../bad-input/forms.fixture.ts';
import { BOOTSTRAP, Browser, PASSWORD } from '../desk.ts';
import { PNG } from '../evidence/pictures/pictures.fixture.ts';
import { mail, take } from '../mail-in/mails.fixture.ts';
import { pathOf } from './paths.fixture.ts';
import { peopleRows } from './people-rows.ts';

export type Walk = DeclaredRoute & {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string | undefined;
};

/** A desk with something behind every page, with secrets that would be known anywhere, and a log that is kept. */
export type WalkedDesk = Furnished & {
  /** Its own application, which logs all that it can. */
  app: FastifyInstance;
  /** Forms that did not take their sample with fields that are none of theirs. */
  refused: string[];
  logged: () => string;
  routes: Walk[];
  /** What must be shown nowhere, by what it is. */
  canaries: Record<string, string>;
};

/** Forms that would take away what other pages are about. */
export const TAKES_AWAY = /removal|deletion|disab|password|putting-away|revocation|discarding|merging|undo/;

/** What a form might be sent besides, in the hope that it lands in a row. */
const PRIVILEGED = Object.fromEntries(
  [
    'id',
    'userId',
    'user_id',
    'isAdmin',
    'access',
    'createdBy',
    'created_at',
    'created_by_name',
    'passwordHash',
  ]
    .concat([
      'password_hash',
      'token_hash',
      'actor',
      'actorName',
      'actor_name',
      'machineVerdict',
      'proven',
      'sha256',
    ])
    .concat([
      'constructor',
      '__proto__',
      'disabled_at',
      'incident_number',
      'incidentNumber',
      'opened_at',
      'raw',
    ])
    .map((name) => [name, 'zqextra']),
);

/** Submits forms, each with fields that are none of its own besides. Returns which were not taken. */
export async function submitForms(given: Furnished, chosen: (route: string) => boolean): Promise<string[]> {
  const refused: string[] = [];
  for (const [route, form] of Object.entries(FORMS).filter(([route]) => chosen(route))) {
    const fields = { ...PRIVILEGED, ...(await form.fields(given.desk)), _once: crypto.randomUUID() };
    const answer = await given.admin.post(urlOf(form, given), fields);
    if (![200, 303].includes(answer.statusCode)) refused.push(`${route}: ${answer.statusCode}`);
  }
  return refused;
}

async function takeMails({ desk }: Furnished): Promise<void> {
  const raw = await mail({
    subject: 'With a file',
    text: 'Hello.',
    html: '<p>Hello.</p>',
    attachments: [{ filename: 'a.txt', content: 'text' }],
  });
  await postMail(desk, 1, raw);
  const { id } = await take(
    desk,
    await mail({
      text: 'Who are you?',
      html: '<p>Who?</p>',
      attachments: [{ filename: 'b.txt', content: 'text' }],
    }),
  );
  await desk.api('POST', `/messages/${id}/filing`, { incident: null });
}

/** What else a row needs when it has such a value. */
const ALONG: Record<string, string> = {
  'sending_accounts.secret': "auth = 'oauth2'",
  'sending_accounts.dkim_key': "dkim_domain = 'example.com', dkim_selector = 's1'",
  'webhook_targets.previous_secret_sealed': "previous_until = now() + interval '1 day'",
  'snds_feeds.link_sealed': 'link = null, link_hash = sha256(id::text::bytea)',
  'snds_feeds.token_sealed': "token = ''",
};

/** Every sealed column of every row gets a secret that names it. */
async function sealCanaries({ desk }: Furnished): Promise<Record<string, string>> {
  const canaries: Record<string, string> = {};
  for (const [table, columns] of Object.entries(SEALED_COLUMNS))
    for (const column of columns) {
      const name = `canary-${table}-${column}-5d1f`.replaceAll('_', '-');
      // A key of an authenticator is letters and digits of base 32 (RFC 4648), or it cannot be read.
      const word =
        table === 'totp_keys'
          ? name
              .toUpperCase()
              .replace(/[^A-Z2-7]/g, '')
              .slice(0, 32)
          : name;
      const isLink = /url|link/.test(column);
      const sealed = desk.desk.secrets.seal(
        `${table}.${column}`,
        isLink ? `https://hooks.example.com/${word}` : word,
      );
      const along = ALONG[`${table}.${column}`];
      const { numAffectedRows } =
        await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sealed}${sql.raw(along ? `, ${along}` : '')} where ${sql.raw(table === 'webhook_targets' ? 'removed_at is null' : 'true')}`.execute(
          desk.db,
        );
      if (!numAffectedRows) throw new Error(`no row of ${table} has a ${column}`);
      canaries[`${table}.${column}`] = word;
    }
  return canaries;
}

async function hashesOf({ desk }: Furnished): Promise<Record<string, string>> {
  const { password_hash } = await desk.db
    .selectFrom('users')
    .select('password_hash')
    .executeTakeFirstOrThrow();
  return { 'the hash of a password': password_hash };
}

/** What opens something by itself, made anew so that the test knows it. */
async function madeSecrets({ desk, admin }: Furnished) {
  const user = await desk.db.selectFrom('users').select('id').orderBy('id').executeTakeFirstOrThrow();
  const calendar = await desk.db
    .transaction()
    .execute((trx) => newCalendarLink(trx, SYSTEM, user.id, { isAll: true, hasAlarms: false }));
  const share = await desk.api('POST', '/incidents/1/shares', { madeFor: 'the auditor', parts: ['summary'] });
  return {
    calendar,
    shared: String(share.body.link).replace('/shared/', ''),
    setUp: await newSetupLink(desk.db),
    session: admin.cookies.get('dd_session') ?? '',
  };
}

/** Which of the secrets opens a route. */
const secretOf = (url: string) =>
  ({ calendar: 'calendar', invitation: 'invited', 'new-password': 'reset' })[url.split('/')[1] ?? ''] ??
  'setUp';

async function routesOf(
  app: FastifyInstance,
  { desk }: Furnished,
  secrets: Record<string, string>,
): Promise<Walk[]> {
  const routes: Walk[] = [];
  for (const route of app.declaredRoutes) {
    const own = route.url.startsWith('/shared/')
      ? { '*': secrets['shared'] ?? '' }
      : { secret: secrets[secretOf(route.url)] ?? '' };
    const path = await pathOf(desk.db, route.url, own);
    for (const method of route.methods)
      if (method !== 'HEAD') routes.push({ ...route, method: method as 'GET', path });
  }
  return routes;
}

export async function walkedDesk(t: Test): Promise<WalkedDesk> {
  const given = await furnished(t);
  const refused = await submitForms(given, (route) => !TAKES_AWAY.test(route));
  await takeMails(given);
  await given.desk.api('POST', '/evidence/203.0.113.7/places/talos/readings', {
    value: 'Poor',
    pictures: [{ name: 'talos.png', base64: PNG.toString('base64') }],
  });
  await given.desk.api('POST', '/views', { name: 'Shared', query: 'provider:gmail', shared: true });
  const people = await peopleRows(given);
  const sealed = await sealCanaries(given);
  const secrets = { ...(await madeSecrets(given)), ...people };
  let log = '';
  const into = new Writable({
    write(piece, _encoding, done) {
      log += piece;
      done();
    },
  });
  const app = await buildApp(given.desk.desk, { logger: openLogger('trace', into) });
  t.teardown(async () => {
    await app.close();
  });
  return {
    ...given,
    refused,
    app,
    logged: () => log,
    routes: await routesOf(app, given, secrets),
    canaries: {
      ...sealed,
      ...secrets,
      ...(await hashesOf(given)),
      'the bootstrap token': BOOTSTRAP,
      'the key of secrets': Buffer.alloc(32, 7).toString('base64'),
      'a password': PASSWORD,
    },
  };
}

/** The same browser, at another application. */
export function atApp(app: FastifyInstance, browser: Browser): Browser {
  const other = new Browser(app);
  for (const [name, value] of browser.cookies) other.cookies.set(name, value);
  other.csrf = browser.csrf;
  return other;
}
