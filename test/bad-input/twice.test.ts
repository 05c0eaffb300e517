import t, { type Test } from 'tap';
import { testDesk } from '../desk.ts';
import { rowsWritten } from './bad-input.fixture.ts';
import { ELSEWHERE, FORMS, furnished, urlOf } from './forms.fixture.ts';

type Outcome = { written: Record<string, number>; statuses: number[] };

/** Submits every form in the order of the table, each as often at a time as asked. */
async function submitAll(t: Test, times: number): Promise<Map<string, Outcome>> {
  const furnishing = await furnished(t);
  const { desk, admin } = furnishing;
  const outcomes = new Map<string, Outcome>();
  for (const [route, form] of Object.entries(FORMS)) {
    const url = urlOf(form, furnishing);
    const fields = { ...(await form.fields(desk)), _once: crypto.randomUUID() };
    let statuses: number[] = [];
    const written = await rowsWritten(desk.db, async () => {
      const answers = await Promise.all(Array.from({ length: times }, () => admin.post(url, fields)));
      statuses = answers.map(({ statusCode }) => statusCode);
    });
    outcomes.set(route, { written, statuses });
  }
  return outcomes;
}

t.test('every form of the product is in this table', async (t) => {
  const { app } = await testDesk(t);
  const posts = app.declaredRoutes
    .filter(({ methods, url }) => methods.includes('POST') && !url.startsWith('/api/'))
    .map(({ url }) => url);
  t.strictSame(
    posts.filter((url) => !ELSEWHERE.includes(url)).sort(),
    Object.keys(FORMS).sort(),
    'with a sample in forms.fixture.ts or in the one of its folder',
  );
});

t.test('sent twice at once, every form has the effect of one', async (t) => {
  const once = await submitAll(t, 1);
  const twice = await submitAll(t, 2);
  for (const [route, { written, statuses }] of twice) {
    const single = once.get(route);
    t.ok([200, 303].includes(single?.statuses[0] ?? 0), `${route} takes this at all: ${single?.statuses[0]}`);
    t.strictSame(written, single?.written, `${route}: two at a time write what one writes`);
    t.ok(
      statuses.every((status) => status === single?.statuses[0]),
      `${route}: both are told that it is done: ${statuses}`,
    );
  }
});
