import type { Db } from '../../database/open.ts';
import { templateHref } from '../editor/template-page.ts';
import type { Shelved } from '../library.ts';
import { whyNoTrial } from './edit.ts';
import { type Result, withResults } from './results.ts';
import { listTrials, listWordings, openTrial, type TrialRow } from './store.ts';
import { comparedWords, type Side, sideOf, type Wordings, wordingOf, wordingWords } from './trial.ts';

/** Wordings to choose from, and comparisons that ended: the newest of them. */
const MOST_CHOICES = 100;
const SHOWN = 10;

const SIDES: Side[] = ['a', 'b'];

/** “version 2 and the built-in text”. */
export const bothWords = (trial: Wordings): string =>
  SIDES.map((side) => wordingWords(wordingOf(trial, side))).join(' and ');

function trialView(result: Result, href: string) {
  const chosen = result.chosen === null ? null : sideOf(result, result.chosen);
  return {
    id: result.id,
    turns: result.turn,
    startedAt: result.started_at,
    startedBy: result.started_by_name,
    endedAt: result.ended_at,
    endedBy: result.ended_by_name ?? '',
    chosen: chosen?.toUpperCase() ?? '',
    told: comparedWords(result.a, result.b, result.ended_at === null),
    rows: SIDES.map((side) => {
      const wording = wordingOf(result, side);
      return {
        side,
        letter: side.toUpperCase(),
        words: wordingWords(wording),
        href: wording > 0 ? `${href}/versions/${wording}` : '',
        ...result[side],
      };
    }),
  };
}

/** What was chosen on the form, and what is wrong with it. */
export type TypedTrial = { a?: string; b?: string; errors?: Record<string, string>; problem?: string };

/** The comparison that runs, those that ended, and what the form for a new one offers. */
export async function trialsView(db: Db, place: Shelved, typed: TypedTrial = {}) {
  const running = await openTrial(db, place);
  const { items } = await listTrials(db, place, { limit: SHOWN + 1 });
  const shown = [
    ...(running ? [running] : []),
    ...items.filter(({ ended_at: at }) => at !== null).slice(0, SHOWN),
  ];
  const views = (await withResults(db, shown)).map((result) => trialView(result, templateHref(place)));
  const versions = await listWordings(db, place, MOST_CHOICES);
  const choices = [
    ...(place.builtIn ? [{ value: '0', words: wordingWords(0) }] : []),
    ...versions.map(({ version, by_name: by, note }) => ({
      value: String(version),
      words: `${wordingWords(version)}, ${note ? `${by}: ${note}` : by}`,
    })),
  ];
  const a = typed.a ?? String(place.inForce?.version ?? 0);
  return {
    open: running ? views[0] : null,
    past: running ? views.slice(1) : views,
    why: whyNoTrial(place),
    choices,
    canStart: choices.length > 1,
    a,
    b: typed.b ?? choices.find(({ value }) => value !== a)?.value ?? '',
    errors: typed.errors ?? {},
    problem: typed.problem ?? '',
  };
}

/** What somebody is told who changes a template of which two wordings are compared; empty: none are. */
export const waitsFor = (trial: TrialRow | undefined): string =>
  trial
    ? `Two wordings of this template are being compared: letters are drafted from ${bothWords(trial)} by turn.`
    : '';
