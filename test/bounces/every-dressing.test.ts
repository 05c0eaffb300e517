import t from 'tap';
import type { SeenRejection } from '../../src/bounces/distinct.ts';
import { DRESSINGS } from './dressing.fixture.ts';
import { catalogue, parse } from './parsing.fixture.ts';

/** Words that could be counted by the code in front of them, and a code with nothing but a sign behind it. */
const ODD = [
  '550 Messages from 192.0.2.10 are blocked: poor reputation',
  '421 Mails to this domain are deferred, too many connections',
  '554 Recipients in this domain refuse 192.0.2.10, it is blacklisted',
  '554- (RTR:RD) refused 554 Connecting IP: 192.0.2.10',
];

/** And the replies that the catalogue gives as examples, those that begin with their code. */
const REPLIES = [
  ...ODD,
  ...new Set(
    [...catalogue.byKey.values()]
      .flatMap((provider) => provider.rejections.flatMap((rule) => rule.examples))
      .map((example) => example.replace(/\s+/g, ' ').trim())
      .filter((example) => /^[45]\d\d /.test(example)),
  ),
];

const meaning = (found: SeenRejection) => ({
  provider: found.provider,
  listOwner: found.listOwner,
  ip: found.ip,
  replyCode: found.replyCode,
  enhancedCode: found.enhancedCode,
  blockCode: found.blockCode,
  reason: found.reason,
  temporary: found.temporary,
});

function meanings(input: string) {
  const { rejections, notBlocks } = parse(input);
  return [...rejections, ...notBlocks].map(meaning);
}

for (const [name, dress] of Object.entries(DRESSINGS)) {
  t.test(`what a reply means is the same in: ${name}`, (t) => {
    let tried = 0;
    for (const reply of REPLIES) {
      const input = dress(reply);
      if (input === null) continue;
      tried += 1;
      const [found, expected] = [meanings(input), meanings(`host mx1.example.net said: ${reply}`)];
      if (JSON.stringify(found) !== JSON.stringify(expected)) t.same(found, expected, reply);
    }
    t.ok(tried > 50, `${tried} replies`);
    t.end();
  });
}
