import { badgeOf } from './badge.ts';
import type { Fact, Outcome } from './kind.ts';

type Held = { kind: string; facts: Fact[]; outcome: Outcome; summary: string };
type Side = { words: string; outcome: Outcome } | null;
export type Difference = { kind: string; label: string; earlier: Side; now: Side };

const sideOf = (fact: Fact | undefined): Side => (fact ? { words: fact.words, outcome: fact.outcome } : null);
const same = (a: Side, b: Side) => a?.words === b?.words && a?.outcome === b?.outcome;

/** What differs between two moments, row by row; null where there was no such row. What is the same in both is left out. */
export function differences(earlier: Held[], now: Held[]): Difference[] {
  const kinds = [...new Set([...now, ...earlier].map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const before = earlier.find((one) => one.kind === kind)?.facts ?? [];
    const after = now.find((one) => one.kind === kind)?.facts ?? [];
    const keys = [...new Set([...after, ...before].map(({ key }) => key))];
    return keys.flatMap((key) => {
      const [old, current] = [before, after].map((facts) => facts.find((fact) => fact.key === key));
      const [a, b] = [sideOf(old), sideOf(current)];
      return same(a, b) ? [] : [{ kind, label: (current ?? old)?.label ?? key, earlier: a, now: b }];
    });
  });
}

const shown = (side: Side) => ({ words: side?.words ?? '', badge: side ? badgeOf(side.outcome) : null });

export const differenceRows = (all: Difference[], titleOf: (kind: string) => string) =>
  all.map(({ kind, label, earlier, now }) => ({
    title: titleOf(kind),
    label,
    earlier: shown(earlier),
    now: shown(now),
  }));
