import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { openDatabase } from '../../src/database/open.ts';
import { MAX_REPORT_BYTES } from '../../src/web/limits.ts';
import { PASSWORD, REFUSAL } from '../desk.ts';
import { freePort } from '../free-port.ts';
import { Client, HeldSocket, NAME, noNginx, Server, startFront, TOKEN } from './front.fixture.ts';

const skip = noNginx();

/** How long the load goes on; the restart takes place in the middle of it. */
const LOAD_MS = 7000;

t.test('behind the shipped nginx configuration', { skip: skip ?? false, timeout: 240_000 }, async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'delist-desk-deploy-'));
  const socket = new HeldSocket();
  const front = await startFront(t, socket.port);
  const environment = {
    DATA_DIR: dataDir,
    DATABASE_URL: '',
    PORT: String(await freePort()),
    BASE_URL: `https://${NAME}:${front.https}`,
    TRUSTED_PROXIES: '127.0.0.1',
    DELIST_DESK_BOOTSTRAP_TOKEN: TOKEN,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    DNS_SERVERS: '127.0.0.1:9',
    LOG_LEVEL: 'info',
  };
  let server = new Server(socket, environment);
  t.teardown(async () => {
    await server.stop();
    socket.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const [, setUp = ''] = await server.hears(/(\/set-up\/[\w-]+)/);
  const person = new Client(front);

  await t.test('who speaks HTTP is sent to HTTPS, and a foreign name is refused', async (t) => {
    const sent = await person.ask('/incidents?state=open', { plain: true });
    t.equal(sent.status, 308);
    t.equal(sent.headers.location, `https://${NAME}/incidents?state=open`);
    t.equal((await person.ask('/', { plain: true, headers: { host: 'evil.example' } })).status, 421);
    await t.rejects(person.ask('/', { serverName: 'evil.example' }), 'no handshake under another name');
    t.equal((await person.ask('/', { headers: { host: 'evil.example' } })).status, 421, 'nor over our own');
    t.equal((await person.ask('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } })).status, 404);
  });

  await t.test('set up, sign out and in; cookies are for HTTPS only', async (t) => {
    await person.ask(setUp);
    const account = { name: 'Ada', email: 'ada@example.com', password: PASSWORD, timeZone: 'UTC' };
    t.equal((await person.form(setUp, account)).status, 303);
    await person.ask('/settings');
    t.equal((await person.form('/sign-out', {})).status, 303);
    await person.ask('/sign-in');
    const signedIn = await person.form('/sign-in', { email: account.email, password: PASSWORD });
    t.equal(signedIn.status, 303);
    t.match(String(signedIn.headers['set-cookie']), /dd_session=[^,]*HttpOnly[^,]*Secure/i);
    const page = await person.ask('/', { headers: { 'x-forwarded-for': '203.0.113.99' } });
    t.equal(page.status, 200);
    t.match(page.headers['strict-transport-security'], /max-age=\d+/);
    t.ok(page.headers['x-request-id']);
  });

  await t.test('what Delist Desk takes comes through; what it does not, nginx refuses', async (t) => {
    await person.ask('/mail/take');
    const mail = Buffer.from('From: a@example.com\r\nSubject: small\r\n\r\nText\r\n');
    t.equal((await person.upload('/mail/take', mail)).status, 303, 'a mail is taken');
    person.csrf = '';
    const largest = Buffer.alloc(MAX_REPORT_BYTES, 'x');
    const read = await person.upload('/mail/take', largest);
    t.equal(read.status, 403, 'a file of 25 MB is read whole, before the form’s token is asked for');
    const larger = Buffer.concat([largest, Buffer.from('x')]);
    const refused = await person.upload('/mail/take', larger);
    t.equal(refused.status, 413, 'one octet more');
    t.match(refused.body, 'Too large', 'by our own page');
    const monster = await person.ask('/mail/take', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(127 * 1024 * 1024) },
      body: 'x',
    });
    t.equal(monster.status, 413, 'by nginx, before it is read');
  });

  await t.test('events arrive when they happen', async (t) => {
    const logged = Date.now();
    let asked = 0;
    const stream = await person.ask('/events', {
      headers: { accept: 'text/event-stream' },
      piece: (text) => {
        if (/^event: ready/m.test(text) && asked === 0) {
          asked = Date.now();
          void person.api('POST', '/incidents', { report: REFUSAL });
        }
        return /^event: change/m.test(text);
      },
    });
    t.equal(stream.status, 200);
    t.match(stream.body, /^event: change\ndata: \{"incidents":\[\{"number":1,/m);
    t.ok(asked > 0 && Date.now() - logged < 30_000, 'nothing held it back');
  });

  await t.test('a restart under load refuses nobody, and loses nothing that was acknowledged', async (t) => {
    const failed: string[] = [];
    let answered = 0;
    let notes = 0;
    const until = Date.now() + LOAD_MS;
    let isBack = false;
    /** Requests that came between the signal to stop and the first answer of the next process. */
    let waited = 0;
    let isAway = false;
    const say = (what: string, status: number | string) => failed.push(`${what}: ${status}`);
    const reading = async (path: string) => {
      while (Date.now() < until || !isBack) {
        if (isAway) waited += 1;
        const { status } = await person.ask(path).catch((error: Error) => ({ status: error.message }));
        if (status === 200) answered += 1;
        else say(path, status);
        await setTimeout(20);
      }
    };
    const writing = async (writer: number) => {
      for (let n = 0; Date.now() < until || !isBack; n += 1) {
        const text = `note ${writer}-${n}`;
        if (isAway) waited += 1;
        const { status } = await person
          .api('POST', '/incidents/1/notes', { text })
          .catch((error: Error) => ({ status: error.message }));
        if (status === 201) notes += 1;
        else say(text, status);
        await setTimeout(20);
      }
    };
    const restart = async () => {
      await setTimeout(1500);
      isAway = true;
      const code = await server.stop();
      t.equal(code, 0, 'it ended by itself, in order');
      server = new Server(socket, environment);
      await server.hears(/answers at/);
      isAway = false;
      await setTimeout(500);
      isBack = true;
    };
    const stream = person.ask('/events', { headers: { accept: 'text/event-stream' } });
    await Promise.all([reading('/'), reading('/incidents/1'), writing(1), writing(2), restart()]);
    t.strictSame(failed, []);
    t.comment(
      `figures: ${answered} pages and ${notes} notes while the server restarted, ${waited} of them came meanwhile; ${failed.length} failed`,
    );
    t.ok(answered > 0 && notes > 0 && waited > 0, `${waited} came while it stopped and started`);
    t.match((await stream).body, /retry: \d+\n\n$/, 'an open page was told when to come again');
    const kept = new Set<string>();
    for (let path = '/incidents/1/timeline?limit=200'; path; ) {
      const { items, next } = JSON.parse((await person.api('GET', path)).body) as {
        items: { kind: string; summary: string; detail: { text?: string } }[];
        next: string | null;
      };
      for (const { detail } of items) if (detail.text?.startsWith('note ')) kept.add(detail.text);
      path = next ? `/incidents/1/timeline?limit=200&cursor=${next}` : '';
    }
    t.equal(kept.size, notes, 'each note that was acknowledged is there, and no other');
  });

  await t.test('who asks is known by the address that nginx saw, and logs hold no secret', async (t) => {
    t.equal(await server.stop(), 0);
    const { db, close } = await openDatabase({ databaseUrl: undefined, dataDir });
    const sessions = await db.selectFrom('sessions').select('client_address').execute();
    await close();
    t.ok(sessions.length > 0);
    t.strictSame(new Set(sessions.map((one) => one.client_address)), new Set(['127.0.0.1']));
    const log = readFileSync(join(front.folder, 'delist-desk.log'), 'utf8');
    t.match(log, '"GET /set-up/..."');
    t.notMatch(log, setUp);
  });
});
