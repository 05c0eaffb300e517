import { globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { signedIn, testDesk } from '../desk.ts';

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

t.test('a tab of a filtered list says what it shows', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  const titles = {
    '/incidents': 'Incidents',
    '/incidents?state=not-closed&provider=gmail&mine=true': 'Incidents: not closed, Gmail, mine',
    '/providers?kind=block-list&blocked=true': 'Providers: block list, blocked us',
    '/addresses?q=192.0.2.0%2F24': 'Addresses: 192.0.2.0/24',
    '/settings/letters?language=de': 'Letters: Deutsch',
    '/settings/audit?from=2026-03-10': 'Audit log: 2026-03-10',
    '/notices?which=all': 'Notices: all',
    '/complaints?address=192.0.2.1': 'Complaints: 192.0.2.1',
    '/reports/causes?severity=high': 'severity high',
  };
  for (const [path, title] of Object.entries(titles)) {
    const said = /<title>(.*?) · Delist Desk/.exec((await admin.get(path)).body)?.[1];
    t.ok(said === title || (path.startsWith('/reports') && said?.endsWith(`, ${title}`)), `${path}: ${said}`);
  }
});
