import type { Rejection } from './rejection.ts';

/** A rejection with how often the input has it, and when, as far as it says (milliseconds since 1970). */
export type SeenRejection = Rejection & { seen: number; times: number[] };

/** What makes two rejections the same one, besides the recipient's domain. */
const core = (found: Rejection): string =>
  [
    found.provider,
    found.listOwner,
    found.ip,
    found.replyCode,
    found.enhancedCode,
    found.blockCode,
    found.reason,
  ].join('\n');

/** What makes two rejections the same one. */
export const identityOf = (found: Rejection): string => `${core(found)}\n${found.recipientDomain}`;

const timesOf = ({ at }: Rejection): number[] => (at === null ? [] : [Date.parse(at)]);

function again(kept: SeenRejection, found: Rejection): void {
  kept.seen += 1;
  kept.times.push(...timesOf(found));
}

/**
 * Each distinct rejection once, the first kept, with how often it was seen. One without a recipient's
 * domain is the same as one with it when all else agrees: logs repeat a reply without naming whom it was for.
 */
export function distinct(rejections: Rejection[]): SeenRejection[] {
  const byKey = new Map<string, SeenRejection>();
  const byCore = new Map<string, SeenRejection>();
  for (const found of rejections) {
    const base = core(found);
    const key = identityOf(found);
    const alike = byCore.get(base);
    const nameless = alike?.recipientDomain === null || found.recipientDomain === null ? alike : undefined;
    const kept = byKey.get(key) ?? nameless;
    if (!kept) {
      const own = { ...found, seen: 1, times: timesOf(found) };
      byKey.set(key, own);
      if (!alike) byCore.set(base, own);
      continue;
    }
    again(kept, found);
    if (kept.recipientDomain !== null || found.recipientDomain === null) continue;
    Object.assign(kept, {
      recipient: found.recipient,
      recipientDomain: found.recipientDomain,
      mx: kept.mx ?? found.mx,
    });
    byKey.set(key, kept);
  }
  return [...new Set(byKey.values())].sort((a, b) => a.line - b.line);
}
