import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import type { DnsAnswer } from '../../src/dns/answer.ts';
import { Line } from '../../src/dns/line.ts';
import { openServers } from '../../src/dns/server.ts';
import { readServer } from '../../src/dns/server-address.ts';
import { answerTo, type Reply, type Rules, startDnsServer } from './server.fixture.ts';

const PATIENCE = 1200;
const NAME = 'a.example.org';

const serving = async (t: Test, rules: Rules) => {
  const server = await startDnsServer(rules);
  t.teardown(() => server.close());
  return server;
};

const asked = (line: Line, name = NAME) =>
  new Promise<DnsAnswer & { silent: boolean }>((resolve) =>
    line.ask(name, 'A', (answer, silent) => resolve({ ...answer, silent })),
  );

type Send = (message: Buffer, from?: 'elsewhere') => void;

/** A UDP server whose answers are made octet by octet, and may come from another port. */
async function crafting(t: Test, answer: (question: Buffer, send: Send) => void): Promise<string> {
  const [front, other] = [createSocket('udp4'), createSocket('udp4')];
  t.teardown(() => [front.close(), other.close()]);
  front.on('message', (question, { port, address }) =>
    answer(question, (message, from) => (from ? other : front).send(message, port, address)),
  );
  front.bind(0, '127.0.0.1');
  await once(front, 'listening');
  return `127.0.0.1:${front.address().port}`;
}

const reply = (question: Buffer, record: string) => answerTo(question, { records: [record] }, 'udp');

function changed(message: Buffer, at: number): Buffer {
  const copy = Buffer.from(message);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

t.test('an answer from another port, with another id or to another question is not heard', async (t) => {
  const forged = '127.0.0.66';
  const forgeries: Record<string, (question: Buffer, send: Send) => void> = {
    'from another port': (question, send) => send(reply(question, forged), 'elsewhere'),
    'with another id': (question, send) => send(changed(reply(question, forged), 1)),
    'to another name': (question, send) => send(changed(reply(question, forged), 13)),
    'of another type': (question, send) => send(changed(reply(question, forged), question.length - 3)),
    'the question itself': (question, send) => send(question),
    'a head alone': (question, send) => send(reply(question, forged).subarray(0, 12)),
    'a few octets': (question, send) => send(question.subarray(0, 2)),
    nothing: (_, send) => send(Buffer.alloc(0)),
  };
  for (const [way, forge] of Object.entries(forgeries)) {
    const server = await crafting(t, (question, send) => {
      forge(question, send);
      setTimeout(() => send(reply(question, '127.0.0.2')), 100);
    });
    t.match(await asked(new Line([server], PATIENCE)), { status: 'found', records: ['127.0.0.2'] }, way);
    const alone = await crafting(t, forge);
    t.match(
      await asked(new Line([alone], PATIENCE)),
      { status: 'failed', silent: true },
      `${way}, and no more`,
    );
  }
});

t.test('letters of the question may come back in another case', async (t) => {
  const server = await crafting(t, (question, send) => {
    const message = reply(question, '127.0.0.2');
    message.write('EXAMPLE', message.indexOf('example'));
    send(message);
  });
  t.match(await asked(new Line([server], PATIENCE)), { status: 'found' });
});

t.test('records that cannot be read are a failure, and no silence', async (t) => {
  const server = await crafting(t, (question, send) => send(reply(question, '127.0.0.2').subarray(0, -1)));
  t.match(await asked(new Line([server], PATIENCE)), {
    status: 'failed',
    why: /cannot be read/,
    silent: false,
  });
});

t.test('the answer to the first question is taken after it was asked again', async (t) => {
  let times = 0;
  const server = await serving(t, () => {
    times += 1;
    return times === 1 ? { records: ['127.0.0.2'], afterMs: 700 } : null;
  });
  t.match(await asked(new Line([server.address], PATIENCE)), { status: 'found' });
  t.equal(server.asked.length, 2);
});

t.test('where one server is silent, gone or failing, the next one is asked, and then first', async (t) => {
  const good: Reply = { records: ['127.0.0.2'] };
  const fine = await serving(t, () => good);
  const silent = await serving(t, () => null);
  const gone = await startDnsServer(() => null);
  await gone.close();
  const failing = await serving(t, () => ({ code: 'SERVFAIL' }));
  for (const bad of [silent, gone, failing]) {
    const line = new Line([bad.address, fine.address], PATIENCE);
    t.match(await asked(line), { status: 'found' });
    const before = bad.asked.length;
    t.match(await asked(line, 'b.example.org'), { status: 'found' });
    t.equal(bad.asked.length - before, bad === failing ? 1 : 0, 'SERVFAIL may be about the name');
  }
});

t.test(
  'where one server refuses the question, the next one is asked; where all do, each is once',
  async (t) => {
    const fine = await serving(t, () => ({ records: ['127.0.0.2'] }));
    for (const code of ['REFUSED', 'NOTIMP', 'FORMERR'] as const) {
      const refusing = await serving(t, () => ({ code }));
      t.match(await asked(new Line([refusing.address, fine.address], PATIENCE)), { status: 'found' }, code);
      t.match(await asked(new Line([refusing.address], PATIENCE)), {
        status: 'failed',
        why: new RegExp(code),
        silent: false,
      });
      t.equal(refusing.asked.length, 2, 'once each time');
    }
    const listed = await serving(t, () => ({ records: ['127.255.255.254'] }));
    const before = fine.asked.length;
    t.match(await asked(new Line([listed.address, fine.address], PATIENCE)), {
      records: ['127.255.255.254'],
    });
    t.equal(fine.asked.length, before, 'a list that refuses by its own code has answered');
  },
);

t.test('what is cut short over UDP and does not come over TCP is a failure', async (t) => {
  const cut = (question: Buffer) => answerTo(question, { truncated: true }, 'udp');
  const alone = await crafting(t, (question, send) => send(cut(question)));
  t.match(await asked(new Line([alone], PATIENCE)), { status: 'failed', why: /cut short/, silent: false });
  for (const garbage of ['', 'no DNS at all', 'x'.repeat(70_000)]) {
    const server = await serving(t, ({ over }) =>
      over === 'udp' ? { truncated: true } : { garbage: Buffer.from(garbage) },
    );
    t.match(await asked(new Line([server.address], PATIENCE)), { status: 'failed', why: /cut short/ });
  }
  const slow = await serving(t, ({ over }) => (over === 'udp' ? { truncated: true } : null));
  t.match(await asked(new Line([slow.address], PATIENCE)), { status: 'failed', why: /no answer/ });
});

t.test('questions go out by several ports, which change, with ids that do not count up', async (t) => {
  const [ports, ids] = [new Set<number>(), [] as number[]];
  const front = createSocket('udp4');
  t.teardown(() => front.close());
  front.on('message', (question, { port, address }) => {
    ports.add(port);
    ids.push(question.readUInt16BE(0));
    front.send(reply(question, '127.0.0.2'), port, address);
  });
  front.bind(0, '127.0.0.1');
  await once(front, 'listening');
  const line = new Line([`127.0.0.1:${front.address().port}`], PATIENCE);
  for (let at = 0; at < 1500; at += 50)
    await Promise.all(Array.from({ length: 50 }, (_, more) => asked(line, `${at + more}.example.org`)));
  t.equal(ids.length, 1500);
  t.ok(ports.size >= 3, `${ports.size} ports`);
  const steps = new Set(ids.map((id, at) => (id - (ids[at - 1] ?? 0)) & 0xffff));
  t.ok(steps.size > 1000, `${steps.size} differences between one id and the next`);
});

const noIPv6 =
  !Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1')) &&
  'no IPv6 here';

t.test('a server may have an IPv6 address', { skip: noIPv6 }, async (t) => {
  const front = createSocket('udp6');
  t.teardown(() => front.close());
  front.on('message', (question, { port, address }) =>
    front.send(reply(question, '127.0.0.2'), port, address),
  );
  front.bind(0, '::1');
  await once(front, 'listening');
  const line = new Line([`[::1]:${front.address().port}`], PATIENCE);
  t.match(await asked(line), { status: 'found' });
});

t.test('where no server is named, those of the system are asked', async (t) => {
  const addresses = openServers([]).map(({ address }) => address);
  t.strictSame(addresses, new Resolver().getServers().map(readServer));
  t.ok(addresses.length > 0);
});

t.test('a process stays for its questions, and ends when they have their answers', async (t) => {
  const server = await serving(t, ({ name }) =>
    name === 'silent.example.org' ? null : { code: 'NXDOMAIN' },
  );
  const module = JSON.stringify(new URL('../../src/dns/line.ts', import.meta.url));
  const script = `
    const { Line } = await import(${module});
    const line = new Line(['${server.address}'], 600);
    const ask = (name) =>
      new Promise((resolve) => line.ask(name, 'A', ({ status }) => resolve(console.log(status))));
    await ask('a.example.org');
    await ask('silent.example.org');
    await new Promise((done) => setTimeout(done, 100));
    await ask('silent.example.org');
    await ask('b.example.org');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  t.equal(await text(child.stdout), 'no-name\nfailed\nfailed\nno-name\n');
});
