import type { SeenRejection } from '../incidents/logging/rejections.ts';

type CodeCount = { reply_code: string; enhanced_code: string; block_code: string; count: number };

const sameCodes = (one: SeenRejection, codes: CodeCount) =>
  (one.replyCode ?? '') === codes.reply_code &&
  (one.enhancedCode ?? '') === codes.enhanced_code &&
  (one.blockCode ?? '') === codes.block_code;

/**
 * Rejections read from sample lines, each with how often its codes were seen in all: the samples are a few of
 * many. Of several samples with the same codes the first carries the count.
 */
export function weigh(samples: SeenRejection[], counts: CodeCount[]): SeenRejection[] {
  const left = [...counts];
  return samples.flatMap((one) => {
    const index = left.findIndex((codes) => sameCodes(one, codes));
    if (index >= 0) return [{ ...one, seen: left.splice(index, 1)[0]?.count ?? one.seen }];
    // Another sample of codes that were counted already says nothing new.
    return counts.some((codes) => sameCodes(one, codes)) ? [] : [one];
  });
}
