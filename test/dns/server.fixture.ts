import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';

/** A small DNS server on 127.0.0.1, over UDP and TCP, which answers as a test says and keeps a log of what it was asked. */

export const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
const TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28 } as const;
type TypeName = keyof typeof TYPES;

/** Silence, or an answer. */
export type Reply = null | {
  code?: keyof typeof RCODES;
  /** As the product writes them: `127.0.0.2`, a text, a name, `10 mx.example.net`. */
  records?: string[];
  ttl?: number;
  /** Over UDP only a head that says so comes; the records go over TCP. */
  truncated?: boolean;
  afterMs?: number;
  /** These octets instead of an answer. */
  garbage?: Uint8Array;
};
export type Asked = { name: string; type: string; over: 'udp' | 'tcp'; at: number };
export type Rules = (question: Asked) => Reply;

const u16 = (value: number) => Buffer.from([(value >> 8) & 255, value & 255]);
const u32 = (value: number) => Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
const text = (string: string) => Buffer.concat([Buffer.from([string.length]), Buffer.from(string, 'latin1')]);
const nameOctets = (name: string) =>
  Buffer.concat([...name.split('.').filter(Boolean).map(text), Buffer.from([0])]);

function ipv6Octets(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => part.split(':').filter(Boolean);
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail ?? '')];
  return Buffer.concat(all.map((group) => u16(Number.parseInt(group, 16))));
}

const DATA: Record<TypeName, (record: string) => Buffer> = {
  A: (record) => Buffer.from(record.split('.').map(Number)),
  AAAA: ipv6Octets,
  NS: nameOctets,
  CNAME: nameOctets,
  PTR: nameOctets,
  TXT: (record) => Buffer.concat((record.match(/.{1,255}/gs) ?? ['']).map(text)),
  MX: (record) => Buffer.concat([u16(Number.parseInt(record, 10)), nameOctets(record.split(' ')[1] ?? '')]),
  SOA: (record) => {
    const [host = '', person = '', ...numbers] = record.split(' ');
    return Buffer.concat([nameOctets(host), nameOctets(person), ...numbers.map((part) => u32(Number(part)))]);
  },
};

/** The first question of a message, and where it ends. */
function questionIn(message: Buffer): { name: string; type: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const number = message.readUInt16BE(at + 1);
  const type = Object.entries(TYPES).find(([, value]) => value === number)?.[0] ?? String(number);
  return { name: labels.join('.'), type, end: at + 5 };
}

export function answerTo(message: Buffer, reply: NonNullable<Reply>, over: Asked['over']): Buffer {
  if (reply.garbage) return Buffer.from(reply.garbage);
  const { end, type } = questionIn(message);
  const cut = reply.truncated === true && over === 'udp';
  const records = cut ? [] : (reply.records ?? []);
  const flags = 0x8180 | (cut ? 0x0200 : 0) | RCODES[reply.code ?? 'NOERROR'];
  const answers = records.map((record) => {
    const data = DATA[type as TypeName](record);
    return Buffer.concat([
      u16(0xc00c),
      u16(TYPES[type as TypeName]),
      u16(1),
      u32(reply.ttl ?? 300),
      u16(data.length),
      data,
    ]);
  });
  return Buffer.concat([
    message.subarray(0, 2),
    u16(flags),
    u16(1),
    u16(answers.length),
    u32(0),
    message.subarray(12, end),
    ...answers,
  ]);
}

export type DnsServer = {
  /** As the setting DNS_SERVERS takes it. */
  address: string;
  asked: Asked[];
  /** The most questions that waited for their answer at one time. */
  mostAtOnce: () => number;
  setRules(rules: Rules): void;
  close(): Promise<void>;
};

/** One port for UDP and TCP, below those that the system gives out; one that is taken is passed over. */
let lastPort = 20_000 + (process.pid % 10_000);

export async function startDnsServer(rules: Rules): Promise<DnsServer> {
  for (let tries = 0; ; tries += 1) {
    lastPort += 1;
    try {
      return await startAt(lastPort, rules);
    } catch (error) {
      if (tries === 20) throw error;
    }
  }
}

async function startAt(port: number, rules: Rules): Promise<DnsServer> {
  let current = rules;
  let open = 0;
  let most = 0;
  const asked: Asked[] = [];
  const timers = new Set<NodeJS.Timeout>();

  function serve(message: Buffer, over: Asked['over'], send: (answer: Buffer) => void): void {
    const { name, type } = questionIn(message);
    const question = { name, type, over, at: performance.now() };
    asked.push(question);
    const reply = current(question);
    if (reply === null) return;
    if (reply.afterMs === undefined) {
      send(answerTo(message, reply, over));
      return;
    }
    open += 1;
    most = Math.max(most, open);
    const timer = setTimeout(() => {
      timers.delete(timer);
      open -= 1;
      send(answerTo(message, reply, over));
    }, reply.afterMs);
    timers.add(timer);
  }

  const udp = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  udp.on('message', (message, from) =>
    serve(message, 'udp', (answer) => udp.send(answer, from.port, from.address)),
  );
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    let held = Buffer.alloc(0);
    socket.on('data', (octets) => {
      held = Buffer.concat([held, octets]);
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        const end = 2 + held.readUInt16BE(0);
        serve(held.subarray(2, end), 'tcp', (answer) =>
          socket.write(Buffer.concat([u16(answer.length), answer])),
        );
        held = held.subarray(end);
      }
    });
  });

  const listening = await new Promise<number>((resolve, reject) => {
    tcp.on('error', reject);
    udp.on('error', reject);
    tcp.listen(port, '127.0.0.1', () => udp.bind(port, '127.0.0.1', () => resolve(port)));
  });

  return {
    address: `127.0.0.1:${listening}`,
    asked,
    mostAtOnce: () => most,
    setRules: (next) => {
      current = next;
    },
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((done) => udp.close(done)),
        new Promise<void>((done) => tcp.close(() => done())),
      ]);
    },
  };
}
