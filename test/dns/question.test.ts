import t from 'tap';
import { answers, questionMessage } from '../../src/dns/question.ts';

const octets = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

t.test('a question is a head, the name in labels, type and class', async (t) => {
  const expected = octets('0000 0100 0001 0000 0000 0000 01 61 07 6578616d706c65 03 6f7267 00 0010 0001');
  t.strictSame(questionMessage('a.example.org', 'TXT'), expected);
  t.strictSame(questionMessage('a.example.org.', 'TXT'), expected, 'with its final dot');
  t.match(questionMessage('münchen.example', 'A')?.toString('latin1'), /xn--mnchen-3ya/);
});

t.test(
  'names have 253 characters and labels 63 at most, and nothing in them that would need escaping',
  async (t) => {
    const label = 'x'.repeat(63);
    const longest = `${label}.${label}.${label}.${'x'.repeat(61)}`;
    t.equal(questionMessage(longest, 'A')?.length, 12 + 255 + 4);
    const wrong = [
      `${longest}x`,
      `x${label}.org`,
      '',
      '.',
      '..',
      '.org',
      'a..org',
      'a b.org',
      'a\\.b.org',
      'a\0.org',
      'a\n.org',
      '\u{fffd}.org',
      'ä b.org',
    ];
    for (const name of wrong)
      t.equal(questionMessage(name, 'A'), undefined, JSON.stringify(name).slice(0, 40));
  },
);

t.test('an answer is a response that repeats the question, in letters of whatever case', async (t) => {
  const question = questionMessage('a.example.org', 'A') as Buffer;
  const changed = (change: (message: Buffer) => void, name = 'a.example.org', type: 'A' | 'TXT' = 'A') => {
    const message = questionMessage(name, type) as Buffer;
    message.writeUInt16BE(0x8180, 2);
    change(message);
    return answers(message, question);
  };
  t.ok(changed(() => {}));
  t.ok(changed(() => {}, 'A.eXample.ORG'));
  t.notOk(changed(() => {}, 'b.example.org'));
  t.notOk(changed(() => {}, 'a.example.or'));
  t.notOk(changed(() => {}, 'a.example.org', 'TXT'));
  t.notOk(
    changed((message) => message.writeUInt16BE(3, message.length - 2)),
    'of another class',
  );
  t.notOk(
    changed((message) => message.writeUInt16BE(1, 0)),
    'with another id',
  );
  t.notOk(
    changed((message) => message.writeUInt16BE(0x0100, 2)),
    'a question',
  );
  t.notOk(
    changed((message) => message.writeUInt16BE(0xa180, 2)),
    'of another kind',
  );
  t.notOk(
    changed((message) => message.writeUInt16BE(0, 4)),
    'without a question',
  );
  t.notOk(
    changed((message) => message.writeUInt16BE(2, 4)),
    'with two',
  );
  t.notOk(answers(question.subarray(0, 12), question));
});
