import type { WarmUp } from './facts.ts';

/** Longest text and most weeks that are read. */
const MAX_TEXT = 2000;
const MAX_WEEKS = 12;

const AMOUNT = String.raw`(\d[\d.,]{0,9}(?: ?(?:to|–|-) ?\d[\d.,]{0,9})?)`;
/** “50 a day in week 1”, “200 in week 2” */
const AMOUNT_FIRST = new RegExp(
  String.raw`\b${AMOUNT}(?: messages?| mails?)?(?: (?:a|per|each) day)? (?:in|for) week (\d{1,2})\b`,
  'giu',
);
/** “week 1: 50 a day” */
const WEEK_FIRST = new RegExp(String.raw`\bweek (\d{1,2}) ?[:=] ?${AMOUNT}`, 'giu');
const START = /\b(?:start(?:s|ed|ing)?|from|since|on) (\d{4}-\d{2}-\d{2})\b/iu;
const MOVED = /\b(?:moved|moves|taken over|takes over|comes|migrated) from ([^;,\n]{2,120})/iu;

const dayOf = (text: string | undefined): Date | null => {
  const at = new Date(text ?? '');
  return text && !Number.isNaN(at.getTime()) ? at : null;
};

/**
 * Reads a plan for a new address as people note it, for example `start 2026-03-16; moved from 203.0.113.9; 50 a day
 * in week 1, 200 in week 2`. What cannot be read is left out; null when nothing can.
 */
export function readWarmUp(words: string, startedAt: string | null): WarmUp | null {
  const text = words.slice(0, MAX_TEXT);
  const weeks = new Map<number, string>();
  for (const [, daily = '', week] of text.matchAll(AMOUNT_FIRST)) weeks.set(Number(week), daily);
  for (const [, week, daily = ''] of text.matchAll(WEEK_FIRST)) weeks.set(Number(week), daily);
  const plan: WarmUp = {
    startsAt: dayOf(START.exec(text)?.[1]) ?? dayOf(startedAt ?? undefined),
    movedFrom: MOVED.exec(text)?.[1]?.trim() ?? '',
    weeks: [...weeks]
      .sort(([a], [b]) => a - b)
      .slice(0, MAX_WEEKS)
      .map(([week, daily]) => ({ week, daily: daily.replace(/[.,]$/, '') })),
  };
  return plan.startsAt || plan.movedFrom || plan.weeks.length > 0 ? plan : null;
}
