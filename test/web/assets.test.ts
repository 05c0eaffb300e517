import t from 'tap';
import { testDesk } from '../desk.ts';

t.test('style sheets and scripts are kept by browsers, and answered by what changed', async (t) => {
  const desk = await testDesk(t);
  for (const [url, type] of [
    ['/assets/style.css', 'text/css'],
    ['/assets/desk.js', 'application/javascript'],
  ] as const) {
    const first = await desk.app.inject(url);
    t.equal(first.statusCode, 200, url);
    t.match(first.headers['content-type'], type);
    t.match(first.headers['cache-control'], /max-age=31536000, immutable/);
    t.equal(first.headers['x-content-type-options'], 'nosniff');
    t.ok(first.body.length > 1000);
    const again = await desk.app.inject({ url, headers: { 'if-none-match': String(first.headers.etag) } });
    t.equal(again.statusCode, 304);
    t.equal(again.body, '');
    const head = await desk.app.inject({ method: 'HEAD', url });
    t.equal(head.statusCode, 200);
    t.equal(head.headers['content-length'], first.headers['content-length']);
  }
});

t.test('path-traversal: nothing beside the assets is given out', async (t) => {
  const desk = await testDesk(t);
  for (const url of [
    '/assets/nothing.css',
    '/assets/',
    '/assets/../app.ts',
    '/assets/..%2fapp.ts',
    '/assets/%2e%2e/%2e%2e/app.ts',
    '/assets/..%5capp.ts',
    '/assets/%00',
    '/assets//etc/passwd',
    '/assets/.%2e/pages.ts',
    '/assets/%252e%252e/pages.ts',
  ]) {
    const answer = await desk.app.inject(url);
    // A path that was made shorter on the way is a page's, and needs somebody to be signed in.
    t.ok([303, 404].includes(answer.statusCode), `${url}: ${answer.statusCode}`);
    t.notMatch(answer.body, /import |root:/, url);
  }
});
