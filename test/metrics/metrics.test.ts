import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { createToken } from '../../src/accounts/token-store.ts';
import { buildApp } from '../../src/app.ts';
import { openDatabase } from '../../src/database/open.ts';
import { METRICS, type MetricName, STEPS } from '../../src/metrics/list.ts';
import { measured, took } from '../../src/metrics/measure.ts';
import { samplesText } from '../../src/metrics/samples.ts';
import { tookTurn } from '../../src/metrics/turns.ts';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

const METRICS_TOKEN = 'a-token-for-metrics-alone';
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** `name{labels} value` of each line. */
const linesOf = (text: string) =>
  text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return name ? [{ name, labels, value: Number(value) }] : [];
  });

t.test('who may read them', async (t) => {
  const { app, db } = await testDesk(t, { METRICS_TOKEN, BASE_URL: 'https://desk.example.com' });
  const ask = async (url: string, token?: string) =>
    (await app.inject({ url, ...(token ? bearer(token) : {}) })).statusCode;
  t.equal(await ask('/metrics'), 401);
  t.equal(await ask('/metrics', 'not-the-token-for-metrics'), 401);
  t.equal(await ask('/metrics', METRICS_TOKEN), 200, 'under whatever name it is asked');
  for (const url of ['/metrics?x=1', '/api/v1/health', '/api/v1/incidents', '/', '/settings/health'])
    t.not(await ask(url, METRICS_TOKEN), 200, `${url} is not for this token`);
  for (const [scope, status] of [
    ['read', 403],
    ['write', 403],
    ['admin', 200],
  ] as const)
    t.equal(
      await ask('/metrics', (await createToken(db, { name: scope, scope, createdBy: null })).secret),
      status,
    );
});

t.test('without METRICS_TOKEN, no other token opens it', async (t) => {
  const { app } = await testDesk(t);
  for (const token of ['undefined', 'x'.repeat(20)])
    t.equal((await app.inject({ url: '/metrics', ...bearer(token) })).statusCode, 401);
});

t.test('what happens is counted, by patterns and names of ours only', async (t) => {
  const desk = await testDesk(t, { METRICS_TOKEN });
  const read = async () =>
    linesOf((await desk.app.inject({ url: '/metrics', ...bearer(METRICS_TOKEN) })).body);
  const figureOf = (lines: Awaited<ReturnType<typeof read>>, name: string, labels = '') =>
    lines.find((line) => line.name === name && line.labels === labels)?.value;
  const before = await read();
  await desk.api('POST', '/incidents', { report: REFUSAL });
  for (let number = 1; number <= 30; number++) await desk.api('GET', `/incidents/${number}`);
  const person = await signedIn(desk, 'admin');
  for (const path of ['/x/canary-1', '/x/canary-2', '/search?q=canary-3', '/incidents/1'])
    await person.get(path);
  tookTurn('mail out');
  const lines = await read();
  const route = 'method="GET",route="/api/v1/incidents/:number"';
  const more = (labels: string, name = 'delist_desk_requests_total') =>
    (figureOf(lines, name, labels) ?? 0) - (figureOf(before, name, labels) ?? 0);
  t.equal(more(`${route},status="200"`), 1);
  t.equal(more(`${route},status="404"`), 29);
  t.equal(more('method="GET",route="(none)",status="404"'), 2);
  t.ok(more('problem="not-found"', 'delist_desk_problems_total') >= 31);
  t.equal(more('route="/api/v1/incidents/:number"', 'delist_desk_request_duration_seconds_count'), 30);
  t.equal(figureOf(lines, 'delist_desk_incidents', 'state="open"'), 1);
  t.equal(figureOf(lines, 'delist_desk_queue_length', 'queue="checks"'), 1, 'a block asks for a check');
  t.equal(figureOf(lines, 'delist_desk_database_up'), 1);
  t.equal(figureOf(lines, 'delist_desk_requests_in_flight'), 1, 'this one');
  t.notMatch(lines.map(({ labels }) => labels).join('\n'), 'canary');
  const ofRoutes = new Set(lines.map(({ labels }) => /route="([^"]*)"/.exec(labels)?.[1]).filter(Boolean));
  const routes = new Set(['(none)', ...desk.app.declaredRoutes.map(({ url }) => url)]);
  t.strictSame(
    [...ofRoutes].filter((one) => !routes.has(one as string)),
    [],
  );
  const names = new Set(lines.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
  t.strictSame(
    [...names].filter((name) => !(name in METRICS)),
    [],
    'each is in the list',
  );
});

t.test('a database that is away is told, and nothing is made up of it', async (t) => {
  const { desk } = await testDesk(t, { METRICS_TOKEN });
  const nobody = await openDatabase({ databaseUrl: 'postgres://nobody@127.0.0.1:9/none', dataDir: '' });
  const app = await buildApp({ ...desk, db: nobody.db });
  t.teardown(() => app.close());
  const answer = await app.inject({ url: '/metrics', ...bearer(METRICS_TOKEN) });
  t.equal(answer.statusCode, 200, 'its token needs no database');
  t.match(answer.body, /^delist_desk_database_up 0$/m);
  t.notMatch(answer.body, /^delist_desk_(incidents|queue_length|database_bytes)/m);
});

t.test('the text format: help, type, escaped labels, steps that add up', async (t) => {
  t.equal(
    samplesText([
      { metric: 'delist_desk_build_info', labels: { version: 'a"b\\c\nd' }, value: 1 },
      { metric: 'delist_desk_database_up', value: 0 },
    ]),
    [
      '# HELP delist_desk_build_info Always 1; the labels are versions',
      '# TYPE delist_desk_build_info gauge',
      'delist_desk_build_info{version="a\\"b\\\\c\\nd"} 1',
      `# HELP delist_desk_database_up ${METRICS.delist_desk_database_up.help}`,
      '# TYPE delist_desk_database_up gauge',
      'delist_desk_database_up 0\n',
    ].join('\n'),
  );
  const route = '/steps';
  for (const seconds of [0.01, 0.02, 0.3, 99])
    took('delist_desk_request_duration_seconds', { route }, seconds);
  const own = measured().filter(({ labels }) => labels?.['route'] === route);
  const steps = own
    .filter(({ suffix }) => suffix === '_bucket')
    .map(({ labels, value }) => [labels?.['le'], value]);
  t.strictSame(steps, [...STEPS.map((le) => [le, le < 0.025 ? 1 : le < 0.5 ? 2 : 3]), ['+Inf', 4]]);
  t.equal(own.find(({ suffix }) => suffix === '_count')?.value, 4);
});

t.test('alerts and docs speak of metrics and labels that there are', async (t) => {
  const rules = parse(
    readFileSync(new URL('../../src/deploy/prometheus/delist-desk.rules.yml', import.meta.url), 'utf8'),
  );
  const alerts = rules.groups.flatMap((group: { rules: object[] }) => group.rules) as {
    alert: string;
    expr: string;
    labels: { severity: string };
    annotations: { summary: string };
  }[];
  t.ok(alerts.length > 10);
  const used = new Set<string>();
  for (const { alert, expr, labels, annotations } of alerts) {
    t.match(alert, /^DelistDesk[A-Z]\w+$/);
    t.ok(['warning', 'critical'].includes(labels.severity) && annotations.summary, alert);
    for (const [, name = '', selector = ''] of expr.matchAll(
      /((?:delist_desk|process|nodejs)_\w+)(?:\{([^}]*)\})?/g,
    )) {
      const metric = METRICS[name.replace(/_(bucket|sum|count)$/, '') as MetricName];
      t.ok(metric, `${alert}: ${name}`);
      used.add(name);
      for (const [, label = ''] of selector.matchAll(/(\w+)(?:=~?|!~?)"/g))
        t.ok(
          (metric.labels as readonly string[]).includes(label),
          `${alert}: ${name} has the label ${label}`,
        );
    }
  }
  t.ok(used.size > 8);
});
