import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { sql } from 'kysely';
import t from 'tap';
import { testDatabase } from '../database.ts';
import { addTo, countArrivals, mailbox, settings, until, watching } from './mailbox.fixture.ts';
import { mailOf } from './talk.fixture.ts';

const READY = '* OK [CAPABILITY IMAP4rev1] ready\r\n';

/** A server that speaks IMAP, but for one command. */
async function server(
  t: Parameters<typeof testDatabase>[0],
  { greeting = READY, when, does }: Case,
): Promise<number> {
  const open = new Set<Socket>();
  const listening = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.write(greeting);
    socket.on('data', (chunk) => {
      for (const line of chunk.toString('latin1').split('\r\n').filter(Boolean)) {
        const [tag = '', ...words] = line.split(' ');
        const command = words.join(' ');
        if (when.test(command)) {
          does(socket, tag, command);
          continue;
        }
        if (/^(SELECT|EXAMINE)/.test(command)) socket.write('* 1 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n');
        if (/^UID SEARCH/.test(command)) socket.write('* SEARCH 1\r\n');
        if (/RFC822\.SIZE/.test(command) && !/BODY/.test(command))
          socket.write('* 1 FETCH (UID 1 RFC822.SIZE 100)\r\n');
        socket.write(`${tag} OK done\r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    listening.close();
  });
  return (listening.address() as AddressInfo).port;
}

/** Writes for ever, as fast as it is read. */
function pour(socket: Socket, chunk: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}

type Case = {
  name: string;
  greeting?: string;
  /** The command that is answered by `does` alone. */
  when: RegExp;
  does: (socket: Socket, tag: string, command: string) => unknown;
};
const CASES: (Case & { words: RegExp })[] = [
  {
    name: 'a line without an end',
    when: /^UID SEARCH/,
    does: (socket) => pour(socket, Buffer.alloc(65_536, '1 ')),
    words: /LineTooLarge/,
  },
  {
    name: 'a greeting without an end',
    greeting: '* ',
    when: /./,
    does: () => undefined,
    words: /says nothing/,
  },
  {
    name: 'a literal of terabytes',
    when: /BODY/,
    does: (socket) => socket.write('* 1 FETCH (UID 1 BODY[] {9999999999999}\r\n'),
    words: /LiteralTooLarge/,
  },
  {
    name: 'a literal that breaks off',
    when: /BODY/,
    does: (socket) => socket.end('* 1 FETCH (UID 1 BODY[] {100}\r\nFrom: a@b.example\r\n'),
    words: /ended the connection/,
  },
  {
    name: 'more messages than were asked for, without end',
    when: /BODY/,
    does: (socket) => pour(socket, Buffer.from('* 1 FETCH (UID 1 BODY[] {3}\r\na:b)\r\n'.repeat(1000))),
    words: /TooManyResponses/,
  },
  {
    name: 'messages of other numbers, without end',
    when: /RFC822\.SIZE\)/,
    does: (socket) => pour(socket, Buffer.from('* 1 FETCH (UID 7 RFC822.SIZE 3)\r\n'.repeat(1000))),
    words: /TooManyResponses/,
  },
  {
    name: 'no list of what is there',
    when: /^UID SEARCH/,
    does: (socket, tag) => socket.write(`${tag} NO [UNAVAILABLE] try again later\r\n`),
    words: /does not say which messages there are/,
  },
  {
    name: 'no IMAP at all',
    greeting: 'HTTP/1.1 400 Bad Request\r\n\r\n',
    when: /./,
    does: () => undefined,
    words: /./,
  },
];

t.test(
  'threat 12: a hostile mail server costs bounded memory and time, and others are looked at',
  async (t) => {
    const db = await testDatabase(t);
    const ids: [string, number, RegExp][] = [];
    for (const one of CASES)
      ids.push([one.name, await addTo(db, settings(await server(t, one), { name: one.name })), one.words]);
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 50);
    watching(t, db, 1_000_000);
    for (const [name, id, words] of ids) {
      await until(t, name, async () => (await mailbox(db, id)).last_problem !== '', 100);
      t.match((await mailbox(db, id)).last_problem, words, name);
    }
    clearInterval(watch);
    t.ok(most - before < 800_000_000, `${Math.round((most - before) / 1e6)} MB more`);
    t.equal(await countArrivals(db), 0, 'nothing was stored in part');
  },
);

t.test('what was stored when the line broke is marked as read after it, and nothing else', async (t) => {
  const db = await testDatabase(t);
  const mail = mailOf(1);
  const said: string[] = [];
  const port = await server(t, {
    name: 'breaks once',
    when: /BODY|STORE|SEARCH/,
    does: (socket, tag, command) => {
      said.push(command);
      if (/STORE/.test(command) && said.filter((one) => /STORE/.test(one)).length === 1)
        return socket.destroy();
      // The third one is somebody else's to read.
      if (/SEARCH/.test(command))
        socket.write(/UNSEEN/.test(command) ? '* SEARCH 1 3\r\n' : '* SEARCH 1\r\n');
      if (/BODY/.test(command)) socket.write(`* 1 FETCH (UID 1 BODY[] {${mail.length}}\r\n${mail})\r\n`);
      return socket.write(`${tag} OK done\r\n`);
    },
  });
  const id = await addTo(db, settings(port, { afterTaking: 'mark-seen' }));
  watching(t, db);
  await until(t, 'the line breaks', async () => (await mailbox(db, id)).failures === 1);
  t.equal(await countArrivals(db), 1);
  await sql`update mailboxes set next_look_at = now()`.execute(db);
  await until(t, 'it is well again', async () => (await mailbox(db, id)).failures === 0);
  t.match(
    said.filter((one) => /STORE/.test(one)),
    [/^UID STORE 1 /, /^UID STORE 1 /],
  );
  t.equal(said.filter((one) => /STORE/.test(one)).length, 2);
  t.equal(await countArrivals(db), 1, 'and stored once');
});
