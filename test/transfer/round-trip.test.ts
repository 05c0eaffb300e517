import { Buffer } from 'node:buffer';
import { text } from 'node:stream/consumers';
import t from 'tap';
import type { Db } from '../../src/database/open.ts';
import { fillDemo } from '../../src/demo/fill.ts';
import { exportStream } from '../../src/transfer/export/export.ts';
import { getImport, keepImport } from '../../src/transfer/import/queue.ts';
import { readHead, runExportBatch } from '../../src/transfer/import/run-export.ts';
import { KIND_OF } from '../../src/transfer/kinds.ts';
import { PASSWORD, PROFILE, REFUSAL, testDesk } from '../desk.ts';
import { overrideStops } from '../letters/override-stops.ts';

type Line = { record: string } & Record<string, unknown>;

const exported = async (db: Db) => text(await exportStream(db, { format: 'jsonl', sources: true }));

async function keep(db: Db, file: string): Promise<number> {
  const { source } = readHead(file.split('\n')[0] ?? '');
  const given = {
    kind: 'export',
    state: 'waiting',
    fileName: 'x.jsonl',
    source,
    options: {},
    byName: 'A B',
  } as const;
  return db.transaction().execute((trx) => keepImport(trx, given, [Buffer.from(file)]));
}

async function imported(db: Db, file: string) {
  const id = await keep(db, file);
  while (!(await runExportBatch(db, id)).isDone);
  return getImport(db, id);
}

/** Records as they are wherever they are taken: ids are told by their turn, and an import tells that it was one. */
function comparable(file: string) {
  const lines: Line[] = file
    .trimEnd()
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line));
  const turns = new Map<string, number>();
  for (const [name, own] of Map.groupBy(lines, ({ record }) => record)) {
    const key = KIND_OF.get(name)?.columns.find(({ column }) => column === KIND_OF.get(name)?.key[0]);
    if (key && /^(?:id|number)$/.test(key.name))
      for (const [index, line] of own.entries()) turns.set(`${name} ${line[key.name]}`, index);
  }
  const plain = (line: Line): Line => {
    const kind = KIND_OF.get(line.record);
    const copy: Line = { ...line };
    for (const { name, of, column } of kind?.columns ?? []) {
      if (of && line[name] !== null) copy[name] = turns.get(`${of} ${line[name]}`);
      if (column === kind?.key[0] && /^(?:id|number)$/.test(name))
        copy[name] = turns.get(`${line.record} ${line[name]}`);
    }
    if (line.record === 'incidents') copy['assigneeId'] = null;
    if (line.record === 'timeline-entries') {
      copy['recordedAt'] = null;
      copy['actorName'] = String(line['actorName']).replace(/^import: /, '');
      copy['detail'] = JSON.stringify(line['detail']).replace(/"pictures":\[.*?\]/g, '');
    }
    return copy;
  };
  return (
    lines
      // Accounts are not made by an import, so nobody watches there.
      .filter(({ record }) => record !== 'people' && record !== 'incident-watchers')
      .map(plain)
      .map((line) => JSON.stringify(line))
      .sort()
  );
}

t.test('an export, brought into an empty desk and exported there, has the same records', async (t) => {
  const from = await testDesk(t);
  await fillDemo(from.desk, PASSWORD);
  const first = await exported(from.db);
  const to = await testDesk(t);
  const result = await imported(to.db, first);
  t.match(result, { state: 'done', problem: '' });
  const left = await to.db.selectFrom('import_left_out').select(['field', 'why']).distinct().execute();
  t.strictSame(
    left.toSorted((a, b) => (a.field < b.field ? -1 : 1)),
    [
      { field: 'incident-watchers.userId', why: 'It belongs to a record of people that was not brought in.' },
      { field: 'people', why: 'Nobody here has this address; accounts are made by an administrator.' },
    ],
  );
  const second = await exported(to.db);
  const [there, here] = [comparable(first), comparable(second)];
  t.equal(here.length, there.length);
  t.strictSame(
    here.filter((line, index) => line !== there[index]).slice(0, 3),
    there.filter((line, index) => line !== here[index]).slice(0, 3),
  );
  const count = (
    await to.db
      .selectFrom('import_records')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
  ).n;
  t.ok(count > 500, `${count} records`);

  await t.test('a second run adds nothing', async (t) => {
    const again = await imported(to.db, first);
    t.strictSame(
      Object.values(again.added as Record<string, number>).reduce((sum, n) => sum + n, 0),
      0,
    );
    t.strictSame(comparable(await exported(to.db)), here);
  });

  await t.test('cut off in the middle and gone on with, each record is there once', async (t) => {
    const other = await testDesk(t);
    const id = await keep(other.db, first);
    for (let turn = 0; ; turn += 1) {
      // Every other batch is lost before it is committed, as if the process ended.
      if (turn % 2 === 1) {
        const broken = {
          ...other.db,
          transaction: () => ({ execute: () => Promise.reject(new Error('away')) }),
        };
        await t.rejects(async () => runExportBatch(broken as never, id));
      }
      if ((await runExportBatch(other.db, id)).isDone) break;
    }
    t.strictSame(comparable(await exported(other.db)), here);
  });
});

t.test(
  'a letter that was sent comes with what was overridden in it, and is never changed there either',
  async (t) => {
    const from = await testDesk(t);
    await from.api('PUT', '/profile', PROFILE);
    await from.api('POST', '/incidents', { report: REFUSAL });
    const { body: letter } = await from.api('POST', '/incidents/1/letters', {});
    await from.api('PATCH', `/letters/${letter.id}`, { body: `${letter.body}\n\nThis is urgent.\n` });
    await overrideStops(from.api, letter.id);
    t.equal((await from.api('POST', `/letters/${letter.id}/send`, { channel: 'form' })).status, 200);
    const to = await testDesk(t);
    const result = await imported(to.db, await exported(from.db));
    t.match(result, { state: 'done', problem: '', added: { letters: 1, 'letter-overrides': 1 } });
    const override = await to.db.selectFrom('letter_overrides').selectAll().executeTakeFirstOrThrow();
    t.equal(override.reason, 'one of several');
    const late = { ...override, key: 'late', at: new Date() };
    await t.rejects(to.db.insertInto('letter_overrides').values(late).execute(), { code: 'DD002' });
  },
);

t.test('in a used desk, numbers that are taken become new ones, and entries follow', async (t) => {
  const from = await testDesk(t);
  await from.api('POST', '/incidents', { report: REFUSAL, title: 'Theirs one' });
  await from.api('POST', '/incidents', {
    report: REFUSAL.replaceAll('203.0.113.7', '198.51.100.9'),
    title: 'Theirs two',
  });
  await from.api('POST', '/incidents/2/links', { number: 1 }).catch(() => undefined);
  const to = await testDesk(t);
  await to.api('POST', '/incidents', { report: REFUSAL, title: 'Ours' });
  const result = await imported(to.db, await exported(from.db));
  t.match(result.added, { incidents: 2, addresses: 1 });
  const rows = await to.db.selectFrom('incidents').select(['number', 'title']).orderBy('number').execute();
  t.strictSame(
    rows.map(({ title }) => title),
    ['Ours', 'Theirs two', 'Theirs one'],
    'what was free is kept',
  );
  const linked = await to.db
    .selectFrom('timeline_entries')
    .select(['incident_number', 'detail', 'actor_name'])
    .where('kind', '=', 'incident-linked')
    .where('incident_number', '>', 1)
    .execute();
  for (const { incident_number, detail, actor_name } of linked) {
    t.equal((detail as { number: number }).number, incident_number === 2 ? 3 : 2);
    t.match(actor_name, /^import: /);
  }
  const next = await to.api('POST', '/incidents', {
    report: REFUSAL.replaceAll('203.0.113.7', '192.0.2.44'),
  });
  t.equal(next.body.number, 4, 'the next one has a number of its own');
});

t.test('a merge names the numbers that its incidents have here', async (t) => {
  const from = await testDesk(t);
  await from.api('POST', '/incidents', { report: REFUSAL });
  await from.api('POST', '/incidents', { report: REFUSAL.replaceAll('203.0.113.7', '198.51.100.9') });
  t.equal((await from.api('POST', '/incidents/2/merge', { into: 1 })).status, 200);
  t.equal((await from.api('POST', '/incidents/1/merges/2/undo', {})).status, 200);
  const to = await testDesk(t);
  for (const last of [20, 21, 22])
    await to.api('POST', '/incidents', { report: REFUSAL.replaceAll('203.0.113.7', `192.0.2.${last}`) });
  await imported(to.db, await exported(from.db));
  const rows = await to.db
    .selectFrom('timeline_entries')
    .select(['incident_number', 'kind', 'detail'])
    .where('kind', 'in', ['incident-merged', 'merge-undone'])
    .orderBy('kind')
    .orderBy('incident_number')
    .execute();
  t.strictSame(
    rows.map(({ incident_number, kind, detail }) => [incident_number, kind, detail['number']]),
    [
      [4, 'incident-merged', 5],
      [5, 'incident-merged', 4],
      [4, 'merge-undone', 5],
      [5, 'merge-undone', 4],
    ],
  );
});

t.test(
  'an incident that was merged into a later one is a part of it there too, however far apart',
  async (t) => {
    const from = await testDesk(t);
    for (const last of [7, 8, 9])
      await from.api('POST', '/incidents', {
        report: REFUSAL.replaceAll('203.0.113.7', `203.0.113.${last}`),
      });
    t.equal((await from.api('POST', '/incidents/1/merge', { into: 3 })).status, 200);
    const apart = (file: string) =>
      file.replace('{"record":"incidents","number":2', `${'\n'.repeat(1200)}$&`);
    const to = await testDesk(t);
    await to.api('POST', '/incidents', { report: REFUSAL.replaceAll('203.0.113.7', '192.0.2.20') });
    const file = apart(await exported(from.db));
    t.match(await imported(to.db, file), { state: 'done', left_out: 0, added: { incidents: 3 } });
    const rows = await to.db
      .selectFrom('incidents')
      .select(['number', 'title', 'merged_into'])
      .orderBy('title')
      .execute();
    const [ours, part, other, survivor] = rows.map(({ number }) => number);
    t.strictSame(
      rows.map((row) => row.merged_into),
      [null, survivor, null, null],
    );
    t.not(part, 1, 'its number was taken');
    const counted = await to.db.selectFrom('incident_times').select('number').execute();
    t.strictSame(
      new Set(counted.map(({ number }) => number)),
      new Set([ours, other, survivor]),
      'reports count the block once',
    );
    const waiting = await to.db
      .selectFrom('import_records')
      .select('source_id')
      .where('kind', '=', 'merged-into')
      .execute();
    t.strictSame(waiting, []);

    await t.test('also where its survivor comes with a later import', async (t) => {
      const other = await testDesk(t);
      const lines = (await exported(from.db)).split('\n');
      const isSurvivor = (line: string) => line.startsWith('{"record":"incidents","number":3');
      const partOf = async () =>
        (
          await other.db
            .selectFrom('incidents')
            .select('merged_into')
            .where('number', '=', 1)
            .executeTakeFirst()
        )?.merged_into;
      await imported(other.db, lines.filter((line) => !isSurvivor(line)).join('\n'));
      t.equal(await partOf(), null);
      await imported(other.db, lines.join('\n'));
      t.equal(await partOf(), 3);
    });
  },
);

t.test('a template that was taken back is taken back there, and letters drafted from it come', async (t) => {
  const from = await testDesk(t);
  await from.api('PUT', '/profile', PROFILE);
  await from.api('POST', '/incidents', { report: REFUSAL });
  const template = '/letter-templates/outlook-com/first/en';
  const { body: built } = await from.api('GET', template);
  const { title, when, subject, body } = built;
  t.equal((await from.api('PUT', template, { title: 'Ours', when, subject, body, version: 0 })).status, 200);
  t.equal((await from.api('POST', `${template}/built-in`, {})).status, 200);
  t.equal((await from.api('POST', '/incidents/1/letters', { template: 'outlook-com/first' })).status, 201);
  const to = await testDesk(t);
  const result = await imported(to.db, await exported(from.db));
  t.match(result, { left_out: 0, added: { 'letter-template-versions': 2, letters: 1 } });
  t.equal((await to.api('GET', template)).body.title, title, 'what is built in holds again');
});

t.test('what cannot be brought in is told with the reason, and the rest is', async (t) => {
  const from = await testDesk(t);
  await from.api('POST', '/incidents', { report: REFUSAL });
  const lines = (await exported(from.db)).trimEnd().split('\n');
  const incident = JSON.parse(lines.find((line) => line.includes('"record":"incidents"')) ?? '{}');
  const bad = [
    '{',
    '[]',
    JSON.stringify({ record: 'wishes' }),
    JSON.stringify({ ...incident, number: 7, state: 'asleep' }),
    JSON.stringify({ ...incident, number: 8, openedAt: 'yesterday' }),
    JSON.stringify({ ...incident, number: 9, title: 'a\u0000b' }),
    JSON.stringify({
      record: 'tickets',
      id: 1,
      incidentNumber: 99,
      reference: 'X',
      channel: 'form',
      address: '',
      state: 'open',
      openedAt: incident.openedAt,
      closedAt: null,
      recordedAt: incident.openedAt,
    }),
  ];
  const to = await testDesk(t);
  const result = await imported(to.db, [...lines.slice(0, -1), ...bad].join('\n'));
  t.match(result, { state: 'done', left_out: bad.length, problem: /cut off/ });
  const left = await to.db.selectFrom('import_left_out').select(['field', 'why']).orderBy('id').execute();
  t.strictSame(left.map(({ why }) => why).sort(), [
    'It belongs to a record of incidents that was not brought in.',
    'It contains a NUL character.',
    'It does not fit here (incidents_state_known).',
    'It is no time (RFC 3339).',
    'The line is no JSON object.',
    'The line is no JSON object.',
    'This kind of record is not known here.',
  ]);
  t.match(result.added, { incidents: 1 });
  t.throws(() => readHead('{"record":"export","format":"delist-desk-export","version":2}'), /newer release/);
  t.throws(() => readHead('number,title'), /no export/);
});
