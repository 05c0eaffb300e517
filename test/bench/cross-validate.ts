import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseReport } from '../../src/bounces/parse-report.ts';
import type { Catalogue } from '../../src/providers/catalogue.ts';
import {
  EXAMPLES,
  figures,
  type Judged,
  whole,
  withoutItsProvider,
  withoutItsRule,
  withoutProvider,
  withoutRule,
} from '../providers/holding-out.fixture.ts';

/** Labelled replies of other people, where there are some; see their own README. */
const CORPUS = resolve(
  fileURLToPath(new URL('../../', import.meta.url)),
  process.env['CORPUS_DIR'] ?? '../shared/corpus',
);
const now = new Date('2026-01-15T12:00:00Z');
const NOTHING = { provider: null, reason: null, rule: null, blockCode: null };

function readWith(catalogue: Catalogue, text: string) {
  const { rejections, notBlocks } = parseReport(text, { catalogue, now });
  return rejections[0] ?? notBlocks[0] ?? NOTHING;
}

type Labelled = { text: string; provider: string; reason: string; also?: string[] };

/** Each of those replies as it stands in its log or mail, without the rule, or the file, that decides on it. */
function ofOthers(without: (rule: string) => Catalogue): Judged[] {
  const file = join(CORPUS, 'rejections.jsonl');
  if (!existsSync(file)) return [];
  const rows = readFileSync(file, 'utf8').trim().split('\n');
  return rows.flatMap((row) => {
    const { text, provider, reason, also = [] } = JSON.parse(row) as Labelled;
    const known = readWith(whole, text);
    if (known.rule === null || !whole.byKey.has(provider)) return [];
    const sample = { text, provider, names: known.provider === provider, reasons: [reason, ...also] };
    return [{ sample, whole: known, rest: readWith(without(known.rule), text) }];
  });
}

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`.padStart(8);

function report(title: string, judged: Judged[]): void {
  const { samples, ...shares } = figures(judged);
  process.stdout.write(`${title} (${samples} samples)\n`);
  for (const [name, value] of Object.entries(shares))
    process.stdout.write(`  ${name.replace(/[A-Z]/g, ' $&').toLowerCase().padEnd(22)}${percent(value)}\n`);
}

/** Providers of which what remains says the wrong thing most often: where the generic words are thin. */
function weakest(judged: Judged[]): string {
  const byProvider = Map.groupBy(judged, ({ sample }) => sample.provider);
  return [...byProvider]
    .map(([key, ones]) => ({ key, wrong: Math.round(figures(ones).reasonWrong * ones.length) }))
    .filter(({ wrong }) => wrong > 1)
    .sort((a, b) => b.wrong - a.wrong)
    .slice(0, 8)
    .map(({ key, wrong }) => `${key} ${wrong}`)
    .join(', ');
}

/** What recognition makes of wordings that it was not given: the rule, or the whole provider, is held out. */
export function benchCrossValidate(): void {
  report('each wording without its rule, words alone', withoutItsRule(EXAMPLES, false));
  report('each wording without its rule, said by the provider’s MX', withoutItsRule(EXAMPLES, true));
  const unheard = withoutItsProvider(EXAMPLES);
  report('each provider without its file', unheard);
  report('replies of others without their rule', ofOthers(withoutRule));
  report(
    'replies of others without the file of that rule',
    ofOthers((rule) =>
      rule.startsWith('generic/') ? withoutRule(rule) : withoutProvider(rule.split('/')[0] ?? ''),
    ),
  );
  process.stdout.write(`weakest without their file: ${weakest(unheard)}\n`);
}
