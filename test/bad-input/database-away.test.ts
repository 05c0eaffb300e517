import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import t, { type Test } from 'tap';
import { buildApp, type Desk } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import { lazyWorld } from '../../src/evidence/checks/lazy-world.ts';
import { openPlaybooks } from '../../src/playbooks/live.ts';
import { openSecrets } from '../../src/secrets/secrets.ts';
import { loadViews } from '../../src/web/views.ts';
import { BOOTSTRAP, CATALOGUE, LETTERS, REFUSAL, signedIn, type TestDesk } from '../desk.ts';
import { noInsides, plainOf, rowCounts } from './bad-input.fixture.ts';

const SERVER = process.env['TEST_DATABASE_URL'];
const options = SERVER ? {} : { skip: 'needs a PostgreSQL server, named by TEST_DATABASE_URL' };

/** A way to the database that a test can cut, and close to new connections. */
class Cable {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  /** Called with what the application says to the database; true cuts the cable right after. */
  cutAfter: (said: string) => boolean = () => false;
  readonly server: Server;

  constructor(target: URL) {
    this.server = createServer((near) => {
      if (this.isCut) {
        near.destroy();
        return;
      }
      const far = connect(Number(target.port || 5432), target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          this.sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.on('data', (said: Buffer) => {
        far.write(said);
        if (this.cutAfter(said.toString('latin1'))) this.cut();
      });
      far.pipe(near);
    });
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
    this.cutAfter = () => false;
  }
}

async function query(server: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(text);
  await client.end();
}

/** A desk whose database is at the other end of a cable; `beside` reads it by another way. */
async function deskOnCable(t: Test, server: string) {
  const name = `dd_cable_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await query(server, `create database ${name}`);
  const target = new URL(server);
  target.pathname = `/${name}`;
  const cable = new Cable(target);
  await new Promise<void>((resolve) => cable.server.listen(0, '127.0.0.1', resolve));
  const near = new URL(target);
  near.hostname = '127.0.0.1';
  near.port = String((cable.server.address() as AddressInfo).port);
  const open = await openDatabase({ databaseUrl: near.href, dataDir: '' });
  const beside = await openDatabase({ databaseUrl: target.href, dataDir: '' });
  await migrate(beside.db as never);
  const config = readConfig({ DELIST_DESK_BOOTSTRAP_TOKEN: BOOTSTRAP });
  const playbooks = openPlaybooks(open.db, CATALOGUE);
  const given = { config, db: open.db, catalogue: playbooks.catalogue, playbooks };
  const desk: Desk = {
    ...given,
    letters: LETTERS,
    views: loadViews(),
    world: lazyWorld(given),
    secrets: openSecrets(config),
  };
  const app = await buildApp(desk);
  t.teardown(async () => {
    await app.close();
    await open.close();
    await beside.close();
    cable.cut();
    cable.server.close();
    await query(server, `drop database ${name} with (force)`);
  });
  const api = async (method: string, path: string, body?: object) => {
    const answer = await app.inject({
      method: method as 'GET',
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${BOOTSTRAP}` },
      ...(body ? { payload: body } : {}),
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  return { app, api, db: open.db, beside: beside.db, cable, name } as unknown as TestDesk & {
    beside: typeof beside.db;
    cable: Cable;
    name: string;
  };
}

/** Mends the cable, and asks until the pool has thrown its dead connections away. */
async function mended(desk: Awaited<ReturnType<typeof deskOnCable>>): Promise<void> {
  desk.cable.mend();
  for (let asked = 0; asked < 20; asked++) if ((await desk.app.inject('/healthz')).statusCode === 200) return;
}

type Answer = { statusCode: number; body: string; headers: Record<string, unknown> };

function isAwayPage(t: Test, page: Answer, what: string): void {
  t.equal(page.statusCode, 503, what);
  t.match(page.headers['content-type'], 'text/html', what);
  t.match(page.headers['retry-after'], /^\d+$/, what);
  const words = plainOf(page.body);
  t.match(words, /The database does not answer\. Try again in a minute.*is done once/, what);
  t.ok(words.includes(String(page.headers['x-request-id'])), `${what}: names the request`);
  noInsides(t, page.body, what);
}

function isAwayJson(
  t: Test,
  answer: { status: number; body: unknown; headers: Record<string, unknown> },
  what: string,
): void {
  t.match(
    answer,
    { status: 503, body: { type: '/problems#database-away', status: 503, instance: /./ } },
    what,
  );
  t.match(answer.headers['content-type'], 'application/problem+json', what);
  noInsides(t, JSON.stringify(answer.body), what);
}

t.test('a database that is cut off and comes back', options, async (t) => {
  const desk = await deskOnCable(t, SERVER ?? '');
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  await browser.get('/incidents/1');
  const before = await rowCounts(desk.beside);
  desk.cable.cut();
  for (const url of ['/', '/incidents', '/incidents/1', '/log', '/settings/account', '/addresses'])
    isAwayPage(t, await browser.get(url), `GET ${url}`);
  const note = await browser.post('/incidents/1/notes', { text: 'while it is <away>', _once: 'abc-1' });
  isAwayPage(t, note, 'a note');
  t.match(
    note.body,
    /<form method="post" action="\/incidents\/1\/notes"/,
    'what was typed stands on the page',
  );
  t.match(note.body, /name="text" value="while it is &lt;away&gt;"/);
  t.match(note.body, /type="hidden" name="_once" value="abc-1"/, 'with its key, so that it counts once');
  const [, csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(note.body) ?? [];
  const forged = await browser.post('/incidents/1/notes', { text: 'from elsewhere', _csrf: 'x' });
  t.notMatch(forged.body, 'from elsewhere', 'a form without its token is not shown');
  const password = await browser.post('/settings/password', {
    current: 'a secret word',
    password: 'another one',
  });
  t.notMatch(password.body, /a secret word|another one/, 'a password is never written into a page');
  isAwayPage(t, await browser.post('/log', { report: REFUSAL }), 'a report');
  isAwayJson(t, await desk.api('GET', '/incidents'), 'the list');
  isAwayJson(t, await desk.api('POST', '/incidents', { report: REFUSAL }), 'a report');
  t.equal((await desk.app.inject('/healthz')).statusCode, 503);
  t.strictSame(await rowCounts(desk.beside), before, 'nothing was written');
  await mended(desk);
  t.equal((await browser.get('/incidents/1')).statusCode, 200, 'it needs no restart');
  const again = await browser.post('/incidents/1/notes', {
    text: 'while it is <away>',
    _once: 'abc-1',
    _csrf: csrf,
  });
  t.equal(again.statusCode, 303, 'the kept form is taken');
  t.equal((await browser.post('/incidents/1/notes', { text: 'back again' })).statusCode, 303);
  t.equal((await desk.api('GET', '/incidents')).status, 200);
  t.equal((await desk.app.inject('/healthz')).statusCode, 200);
});

t.test('a transaction that is cut in the middle leaves nothing', options, async (t) => {
  const desk = await deskOnCable(t, SERVER ?? '');
  await desk.api('POST', '/incidents', { report: REFUSAL, provider: 'gmail' });
  const browser = await signedIn(desk);
  await browser.get('/incidents/1');
  const before = await rowCounts(desk.beside);
  const moments = [
    'insert into "reports"',
    'insert into "incidents"',
    'insert into "rejections"',
    'insert into "timeline_entries"',
  ];
  for (const moment of moments) {
    desk.cable.cutAfter = (said) => said.includes(moment);
    isAwayJson(t, await desk.api('POST', '/incidents', { report: REFUSAL }), `API, ${moment}`);
    await mended(desk);
    desk.cable.cutAfter = (said) => said.includes(moment);
    isAwayPage(t, await browser.post('/log', { report: REFUSAL }), `page, ${moment}`);
    await mended(desk);
    t.strictSame(await rowCounts(desk.beside), before, `${moment}: nothing of it is there`);
  }
  t.equal((await desk.api('POST', '/incidents', { report: REFUSAL })).status, 201, 'and then it is taken');
});

t.test('a key that was used while the database went away is free again', options, async (t) => {
  const desk = await deskOnCable(t, SERVER ?? '');
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  await browser.get('/incidents/1');
  const form = { text: 'sent again with the same key', _once: crypto.randomUUID() };
  desk.cable.cutAfter = (said) => said.includes('insert into "timeline_entries"');
  isAwayPage(t, await browser.post('/incidents/1/notes', form), 'cut');
  await mended(desk);
  t.equal((await browser.post('/incidents/1/notes', form)).statusCode, 303);
  t.equal((await browser.post('/incidents/1/notes', form)).statusCode, 303);
  const notes = await desk.beside
    .selectFrom('timeline_entries')
    .select('id')
    .where('kind', '=', 'note-added')
    .execute();
  t.equal(notes.length, 1);
});

t.test('every connection ended by the administrator: the next request has a new one', options, async (t) => {
  const desk = await deskOnCable(t, SERVER ?? '');
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  await Promise.all(Array.from({ length: 10 }, () => browser.get('/incidents/1')));
  const end = () =>
    query(
      SERVER ?? '',
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${desk.name}' and pid <> pg_backend_pid()`,
    );
  await end();
  const asked = await Promise.all(Array.from({ length: 10 }, () => browser.get('/incidents/1')));
  for (const page of asked) t.ok([200, 503].includes(page.statusCode), `${page.statusCode}`);
  t.equal((await browser.get('/incidents/1')).statusCode, 200);
  // And while they work.
  const running = Array.from({ length: 10 }, (_, at) =>
    desk.api('POST', '/incidents/1/notes', { text: `note ${at}` }),
  );
  await end();
  const answers = await Promise.all(running);
  for (const { status } of answers) t.ok([201, 503].includes(status), `${status}`);
  const kept = await desk.beside
    .selectFrom('timeline_entries')
    .select('id')
    .where('kind', '=', 'note-added')
    .execute();
  const said = answers.filter(({ status }) => status === 201).length;
  t.ok(kept.length >= said, 'what was confirmed is there');
});
