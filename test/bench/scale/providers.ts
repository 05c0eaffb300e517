import { ANSWERS, REFUSALS } from '../../../src/demo/replies.ts';
import type { Round } from '../../../src/letters/rounds.ts';
import { suggestTemplate } from '../../../src/letters/suggest.ts';
import { loadTemplates } from '../../../src/letters/templates.ts';
import type { Catalogue } from '../../../src/providers/catalogue.ts';
import type { ScaleProvider } from './step.ts';

/** How often each provider blocks, of a hundred incidents. */
const WEIGHTS: Record<string, number> = {
  'outlook-com': 28,
  gmail: 17,
  yahoo: 12,
  't-online': 9,
  spamhaus: 8,
  gmx: 7,
  'microsoft-365': 5,
  icloud: 4,
  'orange-fr': 3,
  comcast: 2,
  proofpoint: 2,
  barracuda: 2,
  spamcop: 1,
};
const ROUNDS: Round[] = ['first', 'second-review', 'followup-silence', 'ask-cause'];

const codeIn = (text: string) =>
  /\b(S\d{4}|HM\d{2}|TSS\d{2}|OFR006_103|AS\d{8}|NOWL)\b/.exec(text)?.[1] ?? '';

/** The providers of the made-up incidents, with the words of the demonstration. */
export function scaleProviders(catalogue: Catalogue): ScaleProvider[] {
  const templates = loadTemplates();
  const total = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);
  let low = 0;
  return Object.entries(WEIGHTS).map(([key, weight], index) => {
    const provider = catalogue.byKey.get(key);
    const [refusal] = REFUSALS[key] ?? [];
    if (!provider || !refusal) throw new Error(`${key} is not in the catalogue`);
    const [replyCode = '550', enhancedCode] =
      /^(\d{3})(?: (\d\.\d+\.\d+))?/.exec(refusal.text)?.slice(1) ?? [];
    const found = ROUNDS.flatMap((round) => suggestTemplate(templates, provider, round) ?? []);
    const row = {
      no: index + 1,
      key,
      name: provider.name,
      low,
      high: low + weight / total,
      mx: refusal.host,
      domain: refusal.to.slice(refusal.to.indexOf('@') + 1),
      refusal: refusal.text,
      replyCode,
      enhancedCode: enhancedCode ?? null,
      blockCode: codeIn(refusal.text),
      from: ANSWERS[key]?.from ?? provider.name,
      reference: ANSWERS[key]?.reference || 'CASE-{n}',
      letters: (found.length > 0 ? found : templates.slice(0, 1)).map((one) => ({
        template: one.key,
        title: one.title,
        round: one.round,
        language: one.language,
      })),
    };
    low = row.high;
    return row;
  });
}
