import { readFileSync } from 'node:fs';
import t from 'tap';
import { classifyReply } from '../../../src/correspondence/reading/classify.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';

/** Sentences that name relief and give none, each in many languages: what becomes of the relief, language, text. */
const FILE = new URL('../../fixtures/no-relief.tsv', import.meta.url);
const ROWS = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t') as [cause: string, language: string, text: string]);

/** Who reads either of these stops asking. */
const GOOD_NEWS = ['mitigated', 'conditionally-mitigated', 'not-blocked'];

t.test('relief that is named and not given is no good news, in any language', async (t) => {
  const catalogue = readCatalogue();
  for (const cause of new Set(ROWS.map(([one]) => one))) {
    const misread = ROWS.filter(([one]) => one === cause).flatMap(([, language, text]) => {
      const { verdict, rule } = classifyReply({ text }, { catalogue });
      return GOOD_NEWS.includes(verdict) ? [`${language}: ${text} (${verdict}, ${rule})`] : [];
    });
    t.same(misread, [], `relief that ${cause}`);
  }
});
