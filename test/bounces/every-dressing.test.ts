import t from 'tap';
import type { SeenRejection } from '../../src/bounces/distinct.ts';
import { DRESSINGS } from './dressing.fixture.ts';
import { catalogue, parse } from './parsing.fixture.ts';

/** The replies that the catalogue gives as examples, those that begin with their code. */
const REPLIES = [
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
