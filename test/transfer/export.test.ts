import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import t from 'tap';
import { createToken } from '../../src/accounts/token-store.ts';
import { csvOf, exportStream } from '../../src/transfer/export/export.ts';
import type { formatDescription } from '../../src/transfer/format.ts';
import { KIND_OF } from '../../src/transfer/kinds.ts';
import type { RecordKind } from '../../src/transfer/record-kind.ts';
import { BOOTSTRAP, PASSWORD, PROFILE, REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';

type Line = { record: string } & Record<string, unknown>;
const linesOf = (export_: string): Line[] =>
  export_
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

async function filled(t: Parameters<typeof testDesk>[0]): Promise<TestDesk> {
  const desk = await testDesk(t);
  const { api } = desk;
  await api('PUT', '/profile', PROFILE);
  await api('POST', '/incidents', { report: REFUSAL, title: '=HYPERLINK("https://example.com")' });
  await api('POST', '/incidents/1/notes', { text: '-1 +2 @3' });
  await api('POST', '/incidents/1/messages', {
    direction: 'in',
    from: 'desk@provider.example',
    subject: '@SUM(1)',
    body: 'We mitigated it. \u{1f4ec}',
  });
  await api('POST', '/incidents/1/letters', { template: 'outlook-com/first' });
  return desk;
}

t.test('every line holds to the schema that is served; the last one counts them', async (t) => {
  const desk = await filled(t);
  const answer = await desk.app.inject({
    method: 'GET',
    url: '/api/v1/export',
    headers: { authorization: `Bearer ${BOOTSTRAP}` },
  });
  t.match(answer.headers, {
    'content-type': /x-ndjson/,
    'content-disposition': /attachment; filename="delist-desk-\d{4}-\d\d-\d\d\.jsonl"/,
  });
  const [head, ...rest] = linesOf(answer.body);
  const end = rest.pop();
  t.match(head, { record: 'export', format: 'delist-desk-export', version: 1, sources: true });
  t.strictSame(end, { record: 'end', records: rest.length });
  const { kinds } = (await desk.api('GET', '/export/schema')).body as ReturnType<typeof formatDescription>;
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const checks = new Map(kinds.map((schema) => [schema['title'], ajv.compile(schema)]));
  for (const line of rest) {
    const check = checks.get(line.record);
    if (!check?.(line)) t.fail(`${line.record}: ${ajv.errorsText(check?.errors)}`);
  }
  const message = rest.find(({ record }) => record === 'messages');
  const raw = Buffer.from(String(message?.['raw']), 'base64');
  t.equal(
    createHash('sha256').update(raw).digest('base64'),
    message?.['sha256'],
    'sources are byte for byte',
  );
  t.match(message?.['text'], '\u{1f4ec}');
  const seen = new Set(rest.map(({ record }) => record));
  for (const name of [
    'profile',
    'incidents',
    'rejections',
    'reports',
    'letters',
    'timeline-entries',
    'addresses',
  ])
    t.ok(seen.has(name), name);
});

t.test('bodies and sources can be left out, and secrets are in none', async (t) => {
  const desk = await filled(t);
  await signedIn(desk, 'admin');
  const { secret } = await createToken(desk.db, { name: 'zqtoken', scope: 'read', createdBy: null });
  const full = await text(await exportStream(desk.db, { format: 'jsonl', sources: true }));
  const bare = await text(await exportStream(desk.db, { format: 'jsonl', sources: false }));
  const message = linesOf(bare).find(({ record }) => record === 'messages');
  t.notOk('raw' in (message ?? {}) || 'text' in (message ?? {}));
  t.match(message, { subject: '@SUM(1)' });
  const hashes = await desk.db.selectFrom('users').select('password_hash').execute();
  for (const hidden of [secret, PASSWORD, 'argon2', 'zqtoken', BOOTSTRAP, hashes[0]?.password_hash ?? 'x'])
    t.notMatch(full, hidden);
});

t.test('what changes while it is read is in none of it', async (t) => {
  const desk = await filled(t);
  const stream = await exportStream(desk.db, { format: 'jsonl', sources: true });
  const note = desk.api('POST', '/incidents/1/notes', { text: 'zqlater' });
  const all = await text(stream);
  await note;
  t.notMatch(all, 'zqlater');
  t.match(await text(await exportStream(desk.db, { format: 'jsonl', sources: true })), 'zqlater');
});

t.test('a reader that goes away leaves no snapshot behind', async (t) => {
  const desk = await filled(t);
  const stream = await exportStream(desk.db, { format: 'jsonl', sources: true });
  await new Promise((resolve) => stream.once('data', resolve));
  await new Promise((resolve) => stream.once('close', resolve).destroy());
  t.equal((await desk.api('POST', '/incidents/1/notes', { text: 'still here' })).status, 201);
});

t.test('as CSV it is a .zip whose cells are no formulas', async (t) => {
  const desk = await filled(t);
  const admin = await signedIn(desk, 'admin');
  const answer = await admin.get('/settings/export/file?format=csv');
  t.equal(answer.headers['content-type'], 'application/zip');
  t.equal(answer.rawPayload.subarray(0, 2).toString(), 'PK');
  const lines: string[] = [];
  const incidents = KIND_OF.get('incidents') as RecordKind;
  await desk.db.transaction().execute(async (trx) => {
    const options = { format: 'csv', sources: true } as const;
    for await (const piece of csvOf(trx, incidents, options)) lines.push(piece);
  });
  t.match(lines.join(''), /^number,title,provider/);
  t.match(lines.join(''), /\r\n1,"'=HYPERLINK/);
  t.equal((await admin.get('/settings/export')).statusCode, 200);
  const viewer = await signedIn(desk, 'viewer');
  t.equal((await viewer.get('/settings/export/file')).statusCode, 403);
});
