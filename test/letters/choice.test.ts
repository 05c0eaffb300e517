import t from 'tap';
import { letterGroups } from '../../src/letters/choice.ts';
import { suggestTemplate, templatesFor } from '../../src/letters/suggest.ts';
import { loadTemplates } from '../../src/letters/templates.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';

const templates = loadTemplates();
const { providers, byKey } = readCatalogue();

t.test('every letter that is offered stands once in its group, with its languages', async (t) => {
  for (const desk of providers) {
    const offered = templatesFor(templates, desk);
    const shown = letterGroups(offered, undefined, desk.languages).flatMap(({ letters }) =>
      letters.flatMap(({ versions, others }) =>
        [...versions, ...others].map((one) => `${one.key} ${one.language}`),
      ),
    );
    t.strictSame(shown.toSorted(), offered.map((one) => `${one.key} ${one.language}`).toSorted(), desk.key);
  }
});

t.test('what fits comes first, in the language of the desk; others read English first', async (t) => {
  const desk = byKey.get('t-online');
  if (!desk) throw new Error('no T-Online');
  const first = suggestTemplate(templates, desk, 'first');
  const groups = letterGroups(templatesFor(templates, desk), first, desk.languages);
  t.match(groups[0], {
    audience: 'desk',
    letters: [{ isSuggested: true, versions: [{ language: 'de', isMain: true }] }],
  });
  const notice = suggestTemplate(templates, desk, 'notice');
  const others = letterGroups(templatesFor(templates, desk), notice, desk.languages);
  const inReach = groups[0]?.letters[0]?.versions.map(({ language }) => language);
  t.strictSame(inReach, ['de', 'en'], 'languages that the desk does not read are folded away');
  t.match(others[0], { audience: 'customers', letters: [{ versions: [{ language: 'en', isMain: true }] }] });
});
