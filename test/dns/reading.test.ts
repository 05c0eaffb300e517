import fc from 'fast-check';
import t from 'tap';
import type { DnsAnswer, RecordType } from '../../src/dns/answer.ts';
import { answers, questionMessage } from '../../src/dns/question.ts';
import { readAnswer } from '../../src/dns/reading.ts';
import { TYPE_NUMBERS } from '../../src/dns/records.ts';

const UNREADABLE = { status: 'failed', why: 'the answer cannot be read' } as const;
const NAME = 'a.example.org';
/** Where the question's name stands, as every record's name points to it. */
const POINTER = Buffer.from([0xc0, 12]);
const latin1 = (text: string) => Buffer.from(text, 'latin1');

type Given = { type: RecordType; data: Buffer; name?: Buffer; length?: number; class?: number; ttl?: number };

function record({ type, data, name = POINTER, length = data.length, class: itsClass = 1, ttl = 300 }: Given) {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(TYPE_NUMBERS[type], 0);
  fixed.writeUInt16BE(itsClass, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(length, 8);
  return Buffer.concat([name, fixed, data]);
}

/** What is read from a response with these records; `number` is how many it says it has. */
function read(type: RecordType, records: Buffer[], number = records.length): DnsAnswer {
  const question = questionMessage(NAME, type) as Buffer;
  const message = Buffer.concat([question, ...records]);
  message.writeUInt16BE(0x8180, 2);
  message.writeUInt16BE(number, 6);
  return readAnswer(message, question, type);
}

t.test('an alias leads to records of another name; all of them hold as long as the shortest', async (t) => {
  const alias = record({ type: 'CNAME', data: latin1('\x01b\xc0\x0e'), ttl: 20 });
  const address = record({ type: 'A', name: latin1('\x01b\xc0\x0e'), data: Buffer.from([127, 0, 0, 2]) });
  t.strictSame(read('A', [alias, address]), { status: 'found', records: ['127.0.0.2'], ttl: 20 });
  t.strictSame(read('A', [alias]), { status: 'no-data' });
  t.strictSame(read('CNAME', [alias]), { status: 'found', records: ['b.example.org'], ttl: null });
});

t.test('records of another type or class are no answer', async (t) => {
  const data = Buffer.from([127, 0, 0, 2]);
  t.strictSame(read('A', [record({ type: 'A', data, class: 3 })]), { status: 'no-data' });
  t.strictSame(read('A', [record({ type: 'TXT', data })]), { status: 'no-data' });
});

t.test('what would be taken for something else in a name is written out', async (t) => {
  const names: [octets: string, text: string][] = [
    ['\x00', '.'],
    ['\x03a.b\x03org\x00', 'a\\.b.org'],
    ['\x03a\\b\x00', 'a\\\\b'],
    ['\x04a\n\xe4 \x00', 'a\\010\\228\\032'],
  ];
  for (const [octets, text] of names)
    t.match(read('PTR', [record({ type: 'PTR', data: latin1(octets) })]), { records: [text] });
  t.match(
    read('MX', [record({ type: 'MX', data: latin1('\x00\x00\x00') })]),
    { records: ['0 .'] },
    'RFC 7505',
  );
});

t.test('names that lead in a circle, forward or on and on come to an end', async (t) => {
  const question = questionMessage(NAME, 'PTR') as Buffer;
  // Where the data of the first record are.
  const data = question.length + 2 + 10;
  const to = (place: number) => Buffer.from([0xc0 | (place >> 8), place & 0xff]);
  const ways: Record<string, Buffer> = {
    'to itself': to(data),
    'to the octet before, and so to itself': Buffer.concat([latin1('\x01'), to(data)]),
    'to a label before it': Buffer.concat([latin1('\x03abc'), to(data)]),
    forward: Buffer.concat([to(data + 2), latin1('\x00')]),
    'past the end': to(0x3fff),
    'without its second octet': Buffer.from([0xc0]),
    'a label of a kind that is none': Buffer.concat([Buffer.from([0x41]), Buffer.alloc(70)]),
    'longer than a name may be': Buffer.concat([
      ...Array.from({ length: 128 }, () => latin1('\x01a')),
      Buffer.from([0]),
    ]),
    'without an end': latin1('\x03abc'),
  };
  for (const [way, octets] of Object.entries(ways))
    t.strictSame(read('PTR', [record({ type: 'PTR', data: octets })]), UNREADABLE, way);
});

t.test('a record that is not what it says spoils the answer', async (t) => {
  const [four, five] = [Buffer.from([127, 0, 0, 2]), Buffer.from([127, 0, 0, 2, 9])];
  const wrong: [string, DnsAnswer][] = [
    ['a longer address', read('A', [record({ type: 'A', data: five })])],
    ['a shorter address', read('A', [record({ type: 'A', data: four.subarray(1) })])],
    ['shorter than it says', read('A', [record({ type: 'A', data: four, length: 40 })])],
    ['of another type, shorter than it says', read('A', [record({ type: 'TXT', data: four, length: 4000 })])],
    ['a text that goes on past its record', read('TXT', [record({ type: 'TXT', data: latin1('\x09abc') })])],
    ['fewer than it says', read('A', [record({ type: 'A', data: four })], 2)],
    ['none, where it says that there are', read('A', [], 65_535)],
  ];
  for (const [what, answer] of wrong) t.strictSame(answer, UNREADABLE, what);
  t.match(read('TXT', [record({ type: 'TXT', data: latin1('\x03abc\x00\x01d') })]), { records: ['abcd'] });
});

t.test('codes that nobody knows are failures', async (t) => {
  const question = questionMessage(NAME, 'A') as Buffer;
  for (let code = 0; code < 16; code += 1) {
    const message = Buffer.from(question);
    message.writeUInt16BE(0x8180 | code, 2);
    const { status } = readAnswer(message, question, 'A');
    t.equal(status, code === 0 ? 'no-data' : code === 3 ? 'no-name' : 'failed', `${code}`);
  }
});

t.test('whatever the octets are, they are read to an end, and nothing is thrown', async (t) => {
  const types = Object.keys(TYPE_NUMBERS) as RecordType[];
  const octets = fc.uint8Array({ maxLength: 80 });
  /** Mostly names and lengths that could be: what is random throughout is found wrong at once. */
  const likely = fc.array(fc.constantFrom(0, 1, 2, 4, 12, 16, 28, 0xc0, 0xff, 0x61), { maxLength: 80 });
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.oneof(octets, likely),
      fc.integer({ min: 0, max: 65_535 }),
      (type, data, number) => {
        const whole = read(type, [record({ type, data: Buffer.from(data) })]);
        const loose = read(type, [Buffer.from(data)], number);
        return [whole, loose].every(({ status }) => ['found', 'no-data', 'failed'].includes(status));
      },
    ),
    { numRuns: 5000 },
  );
  const question = questionMessage(NAME, 'A') as Buffer;
  fc.assert(
    fc.property(fc.oneof(octets, likely), (data) => !answers(Buffer.from(data), question)),
    { numRuns: 1000 },
  );
  t.pass();
});

t.test('the most that a message can hold is read in time', async (t) => {
  const deep = Array.from({ length: 120 }, () => latin1('\x01a'));
  const first = record({ type: 'NS', data: Buffer.concat([...deep, POINTER]) });
  const question = questionMessage(NAME, 'NS') as Buffer;
  const start = question.length + 12;
  const again = record({ type: 'NS', data: Buffer.from([0xc0 | (start >> 8), start & 0xff]) });
  const answer = read('NS', [first, ...Array.from({ length: 4600 }, () => again)]);
  t.match(answer, { status: 'found' });
});
