import type { SeenRejection } from '../../src/bounces/distinct.ts';
import { catalogue, parse } from './parsing.fixture.ts';

/** Words that could be counted by the code in front of them, and a code with nothing but a sign behind it. */
const ODD = [
  '550 Messages from 192.0.2.10 are blocked: poor reputation',
  '421 Mails to this domain are deferred, too many connections',
  '554 Recipients in this domain refuse 192.0.2.10, it is blacklisted',
  '554- (RTR:RD) refused 554 Connecting IP: 192.0.2.10',
];

/** And the replies that the catalogue gives as examples, those that begin with their code. */
export const REPLIES = [
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

/** What an input says, without where and how it is said. */
export function meanings(input: string | Uint8Array) {
  const { rejections, notBlocks } = parse(input);
  return [...rejections, ...notBlocks].map(meaning);
}
