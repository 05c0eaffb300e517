import t from 'tap';
import { parse } from './parsing.fixture.ts';

const BLOCK = '550 5.7.1 Mail from 192.0.2.10 refused, blocked using zen.spamhaus.org';

/** A runaway pattern never comes back: the runner's limit ends it, on a machine of any speed. */
const unhurried = { timeout: 300_000 };

t.test('input that is hostile or broken comes back', unhurried, (t) => {
  const nested = Array.from(
    { length: 10_000 },
    (_, n) => `Content-Type: multipart/mixed; boundary="b${n}"\n\n--b${n}`,
  ).join('\n');
  const inputs: Record<string, string | Uint8Array> = {
    'NULs only': '\0'.repeat(100_000),
    'random octets': Uint8Array.from({ length: 300_000 }, (_, n) => (n * 7919 + (n >> 3)) % 256),
    'repeated words': 'a '.repeat(100_000),
    'repeated codes': '550-'.repeat(100_000),
    'codes and blanks': '550 '.repeat(100_000),
    'codes on lines': '550-\n'.repeat(100_000),
    'replies on lines': '550 5.7.1 blocked 192.0.2.1\n'.repeat(30_000),
    'open tags': '<'.repeat(200_000),
    'tag starts': '<a '.repeat(100_000),
    'style starts': '<style>'.repeat(50_000),
    brackets: '['.repeat(200_000),
    parentheses: '('.repeat(100_000) + ')'.repeat(100_000),
    references: '&#'.repeat(100_000),
    'escape signs': '='.repeat(200_000),
    addresses: 'a@b.'.repeat(60_000),
    'at signs': '@'.repeat(200_000),
    colons: ':'.repeat(200_000),
    'dots and digits': '1.2.'.repeat(60_000),
    'hexadecimal colons': 'a:b:'.repeat(60_000),
    'quote marks': `${'>'.repeat(200_000)} 550`,
    'long host': `host ${'a-'.repeat(50_000)}.example.net said: ${BLOCK}`,
    'deep JSON': '['.repeat(100_000) + ']'.repeat(100_000),
    'nested JSON': `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
    'commas and quotes': `type,dsnDiag,rcpt\nb,${'","'.repeat(60_000)}`,
    'nested parts': `From: a@example.com\nSubject: x\n${nested}`,
    'many parts': `From: a@example.com\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(50_000)}`,
    'no header ends': `From: a@example.com\nSubject: x\n${'X-A: b\n'.repeat(100_000)}`,
    'folded header': `From: a@example.com\nSubject: x\n${' folded\n'.repeat(100_000)}`,
    'blanks inside a line': `550 ${' '.repeat(15_000)}x\n`.repeat(100),
    slashes: `delivery 1: failure: ${'/'.repeat(15_000)}x\n`.repeat(100),
    'fields of fields': `#Fields: ${'session-id'.repeat(1500)}\n`.repeat(100),
    'escaped breaks': `550 ${'\\\\n'.repeat(9000)}x\n`.repeat(100),
    'recipients of queues': `(550 x\n${' '.repeat(40)}a@b.example\n`.repeat(30_000),
    'wide rows': `Jan 10 10:00:00 mx ${'x'.repeat(60)},\n`.repeat(20_000),
    'rows of a terminal': `Jan 10 10:00:00 mx \n${`${'y'.repeat(80)}\n`.repeat(20_000)}`,
    'log stamps': 'Jan 10 10:00:00 mx postfix/smtp[1]: \n'.repeat(30_000),
  };
  for (const [name, input] of Object.entries(inputs)) t.ok(Array.isArray(parse(input).rejections), name);
  t.end();
});

t.test('only the first part of a huge input is read, and that is said', (t) => {
  const huge = parse(
    `${BLOCK}\n${'x'.repeat(99)}\n`.padEnd(200, ' ') + `${'y'.repeat(999)}\n`.repeat(50_000),
  );
  t.match(huge.rejections, [{ ip: '192.0.2.10', line: 1 }]);
  t.match(huge.notes.join('\n'), /too long: only its first 2,000,000 characters/);
  t.same(parse(`${'y'.repeat(999)}\n`.repeat(3000) + BLOCK).rejections, [], 'what stands later is not read');
  t.end();
});

t.test('NULs and control characters inside a reply do not hide it', (t) => {
  t.match(parse(BLOCK.replace(/ /g, ' \0\x07')).rejections, [{ ip: '192.0.2.10', listOwner: 'spamhaus' }]);
  t.end();
});

t.test('octets that are no UTF-8 are read as Latin-1', (t) => {
  const octets = Uint8Array.from([
    ...Buffer.from('554 5.7.1 r\xe9putation: ', 'latin1'),
    ...Buffer.from(BLOCK),
  ]);
  t.match(parse(octets).rejections, [{ ip: '192.0.2.10' }]);
  t.end();
});

t.test('UTF-16 is known by its mark', (t) => {
  const little = Buffer.from(`\ufeff${BLOCK}`, 'utf16le');
  t.match(parse(little).rejections, [{ ip: '192.0.2.10', replyCode: '550' }]);
  t.match(parse(Buffer.from(little).swap16()).rejections, [{ ip: '192.0.2.10', replyCode: '550' }]);
  t.end();
});

t.test('text that names objects’ own properties is only text', (t) => {
  t.same(parse('{"__proto__":{"email":"a@example.com"},"constructor":"550 no"}').rejections.length, 0);
  t.match(parse('550 5.7.1 constructor __proto__ toString hasOwnProperty blocked').format, 'text');
  t.end();
});
