import t from 'tap';
import { parseReport } from '../../src/bounces/parse-report.ts';
import { asOctets } from '../../src/logs/octets.ts';
import { Outliner, outlineText, standIn } from '../../src/logs/outline.ts';
import { type Around, placed } from '../../src/logs/placed.ts';
import { arePlain, CONTROL, kindAt, VARIES } from '../../src/logs/words.ts';
import { catalogue, NOW } from '../bounces/parsing.fixture.ts';

const NOBODY: Around = { host: null, hostIp: null, domain: null };

const textOf = (reply: string, around: Around = NOBODY): string => outlineText(placed(reply, around));

/** The key of a reply's outline; null when it has none. */
function keyOf(reply: string, receiver: number): number | null {
  const outliner = new Outliner();
  return outliner.read(placed(reply, NOBODY), receiver) ? outliner.key : null;
}

t.test('what differs from mail to mail is cut out', (t) => {
  const alike: [string, string][] = [
    ['blocked [192.0.2.1] now', 'blocked [198.51.100.27] now'],
    ['blocked 2001:db8::1, see', 'blocked 2001:db8:1:2:3:4:5:6, see'],
    ['gone 9f8e7d6c5b4a392817.512 - gsmtp', 'gone d2e1a72fcca58-7c3ecf - gsmtp'],
    [
      '[AM7PEPF00021CA2.eurprd03.prod.outlook.com 2026-10-01T00:00:00.000Z 08DDB11F5C7E22C0]',
      '[OSA0EPF000000C9.eurprd03.prod.outlook.com 2026-07-01T23:59:01.118Z 08DE170A3C02D4E1]',
    ],
    ['please come back in 00:04:58', 'please come back in 00:03:01'],
    ['at 1763551199 from mta1088.mail.yahoo.com', 'at 1763551200 from mta2047.mail.yahoo.com'],
  ];
  for (const [one, other] of alike) t.equal(textOf(one), textOf(other));
  const around = (domain: string): Around => ({ host: `mx.${domain}`, hostIp: null, domain });
  t.equal(
    textOf('<a@example.org>: rejected by mx.example.org, see help/example.org.html', around('example.org')),
    textOf('<bob@example.net>: rejected by mx.example.net, see help/example.net.html', around('example.net')),
  );
  t.end();
});

t.test('what tells one refusal from another stays', (t) => {
  const different: [string, string][] = [
    ['550 5.7.1 no (S3150)', '550 5.7.1 no (S3140)'],
    ['550 5.7.1 no', '550 5.7.2 no'],
    ['421 no', '450 no'],
    ['[TSS04] from', '[TSS09] from'],
    ['listed at dnsbl-1.uceprotect.net', 'listed at dnsbl-2.uceprotect.net'],
    ['ofr_506', 'ofr_417'],
    ['(S2017062302)', '(S2016062302)'],
    ['from 4.16.55.1;', 'from 192.0.2.1;'],
    ['list.example.net=127.24.0.2', 'list.example.net=127.5.0.2'],
    ['421 VS98-IP0 deferred', '421 VS98-IP1 deferred'],
    ['on UCEPROTECT-Level1', 'on UCEPROTECT-Level3'],
  ];
  for (const [one, other] of different) {
    t.not(textOf(one), textOf(other));
    t.not(keyOf(one, 0), keyOf(other, 0));
  }
  t.not(keyOf('550 no', 1), keyOf('550 no', 2), 'nor the receiver');
  t.end();
});

t.test('no words that the catalogue looks for are cut out', (t) => {
  const rules = [...catalogue.providers.flatMap((provider) => provider.rejections), ...catalogue.generic];
  const cited = [
    ...catalogue.lists.map((list) => list.cited),
    ...catalogue.providers.flatMap((provider) => provider.lists.flatMap((list) => list.cited)),
  ];
  const words = [
    ...rules.flatMap(({ match }) => [...(match.all ?? []), ...(match.any ?? []), ...(match.none ?? [])]),
    ...cited,
  ];
  t.ok(words.length > 500);
  for (const word of words.map(asOctets)) if (textOf(word) !== word) t.equal(textOf(word), word);
  t.end();
});

t.test('the stand-in of nearly every example of the catalogue means what the example does', (t) => {
  const meaning = (reply: string): string => {
    const { rejections, notBlocks } = parseReport(`host mx.example.com[203.0.113.1] said: ${reply}`, {
      catalogue,
      now: NOW,
    });
    return JSON.stringify(
      [...rejections, ...notBlocks].map((found) => [
        found.provider,
        found.rule,
        found.reason,
        found.replyCode,
        found.enhancedCode,
        found.blockCode,
      ]),
    );
  };
  const examples = catalogue.providers
    .flatMap((provider) => provider.rejections.flatMap((rule) => rule.examples))
    .filter((example) => /^[45]\d\d /.test(example) && !/[\n\r]/.test(example));
  const lost = examples.filter((example) => meaning(standIn(textOf(example))) !== meaning(example));
  for (const example of lost) t.comment(`read in full each time: ${example}`);
  t.ok(
    lost.length / examples.length < 0.05,
    `${lost.length} of ${examples.length} are read in full each time`,
  );
  t.end();
});

t.test('what stands behind a reply is none of it, whatever its length', (t) => {
  for (let length = 1; length < 12; length += 1) {
    const reply = `550 ${'x'.repeat(length)}`;
    const outliner = new Outliner();
    const alone = outliner.read(placed(reply, NOBODY), 0) ? outliner.key : null;
    const within = { ...placed(`${reply}\n\x01 7.7.7.7`, NOBODY), to: reply.length };
    t.ok(outliner.read(within, 0), reply);
    t.equal(outliner.key, alone);
    t.equal(outlineText(within), reply);
  }
  t.end();
});

t.test('control characters and very long replies have no outline', (t) => {
  t.equal(keyOf('550 \x01 no', 0), null);
  t.equal(keyOf('550 '.repeat(2000), 0), null);
  t.end();
});

t.test('four octets are passed over together only where none of them makes a word vary', (t) => {
  const isPlain = (octet: number): boolean =>
    octet >= 32 && octet < 128 && (kindAt(Uint8Array.of(octet), 0) & (VARIES | CONTROL)) === 0;
  const neighbours = [0x00, 0x20, 0x2f, 0x39, 0x40, 0x41, 0x7e, 0x80, 0xff];
  const wrong: number[][] = [];
  let together = 0;
  for (let octet = 0; octet < 256; octet += 1)
    for (const other of neighbours)
      for (const place of [0, 1, 2, 3]) {
        const four = [0x61, 0x61, 0x61, 0x61];
        four[place] = octet;
        four[(place + 1) % 4] = other;
        const plain = arePlain(Buffer.from(four).readInt32LE(0));
        if (plain) together += 1;
        if (plain && !four.every(isPlain)) wrong.push(four);
      }
  t.strictSame(wrong, []);
  t.ok(together > 900, `${together} are passed over`);
  t.end();
});

t.test('a sentence’s end does not hide what varies behind it', (t) => {
  const alike: [string, string][] = [
    ['Gone. user1@example.org. Sorry.', 'Gone. b2@example.net. Sorry.'],
    ['from.192.0.2.1. end.', 'from.198.51.100.7. end.'],
    ['see you.\t[192.0.2.1].', 'see you.\t[198.51.100.7].'],
  ];
  for (const [one, other] of alike) t.equal(keyOf(one, 0), keyOf(other, 0), one);
  t.not(keyOf('no. 1 of us', 0), keyOf('no. 2 of us', 0));
  t.not(keyOf('stop', 0), keyOf('stop.', 0));
  t.end();
});
