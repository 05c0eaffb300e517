import { globSync, readFileSync } from 'node:fs';
import t from 'tap';

/** Forms that stand where filters do and narrow nothing: they set something beside it, or look at it anew. */
const NO_FILTERS = new Set([
  'views/history/_as-of-form.hbs',
  'views/incidents/compare.hbs',
  'views/evidence/subject.hbs',
  'views/evidence/checklist.hbs',
]);

const VIEWS = globSync('views/**/*.hbs').sort();
const markup = (file: string) => readFileSync(file, 'utf8');

t.test('what narrows a list is a filter, on each page', (t) => {
  const forms = VIEWS.flatMap((file) =>
    [...markup(file).matchAll(/<form class="filters[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => ({
      file,
      form,
    })),
  ).filter(({ file }) => !NO_FILTERS.has(file));
  t.ok(forms.length > 8);
  for (const { file, form } of forms) {
    t.match(form, '<button class="button" type="submit">Filter</button>', file);
    const name = /aria-label="([^"]*)"/.exec(form)?.[1];
    if (form.includes('role="search"')) t.match(name, /^Filter /, file);
  }
  t.end();
});

t.test('and is cleared by that word', (t) => {
  for (const file of VIEWS) t.notMatch(markup(file), />Show all</, file);
  t.end();
});
