import { globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { HELPERS } from '../../src/web/views.ts';

t.test('no value of a page has the name of a helper, which would be called in its place', (t) => {
  const names = Object.keys(HELPERS).join('|');
  const alone = new RegExp(`\\{\\{\\{?[#^]?(?:${names})\\}`, 'g');
  const found = globSync('views/**/*.hbs').flatMap((file) =>
    (readFileSync(file, 'utf8').match(alone) ?? []).map((place) => `${file}: ${place}}`),
  );
  t.strictSame(found, []);
  t.ok('{{near}}'.match(alone) && !'{{near at}}'.match(alone));
  t.end();
});
