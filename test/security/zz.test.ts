import t from 'tap';
import { BOOTSTRAP } from '../desk.ts';
import { atApp, walkedDesk } from './walked-desk.fixture.ts';

t.test('x', async (t) => {
  const d = await walkedDesk(t);
  console.error('made', performance.now());
  const admin = atApp(d.app, d.admin);
  for (const r of d.routes.filter((r) => r.method === 'GET')) {
    if (!r.path) {
      console.error('no path', r.url);
      continue;
    }
    if (r.url === '/events') continue;
    const a = r.url.startsWith('/api/')
      ? await d.app.inject({ url: r.path, headers: { authorization: `Bearer ${BOOTSTRAP}` } })
      : await admin.get(r.path);
    if (a.statusCode !== 200)
      console.error(
        a.statusCode,
        r.path,
        a.statusCode > 303
          ? a.body
              .replace(/<[^>]*>/g, ' ')
              .replace(/\s+/g, ' ')
              .slice(-300)
          : a.headers.location,
      );
  }
  console.error('got', performance.now());
});
