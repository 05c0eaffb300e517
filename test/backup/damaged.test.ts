import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { checkBackup } from '../../src/backup/check.ts';
import { BadBackup } from '../../src/backup/format.ts';
import { linesInFile } from '../../src/backup/lines.ts';
import { loadBackup } from '../../src/backup/load.ts';
import { openKeys, sealKeys } from '../../src/backup/sealed-key.ts';
import { testDatabase } from '../database.ts';
import { testDesk } from '../desk.ts';
import { backupTo, fillDesk, folderOf } from './backup.fixture.ts';

t.test('threat 40: a file that is cut off, altered or of another kind is refused in words', async (t) => {
  const desk = await testDesk(t);
  await fillDesk(desk);
  const folder = folderOf(t);
  const file = join(folder, 'b.gz');
  await backupTo(desk.db, file);
  const whole = readFileSync(file);
  const text = gunzipSync(whole).toString('utf8');
  const lines = text.trimEnd().split('\n');
  const bad = join(folder, 'bad.gz');
  const refused = async (octets: Buffer, words: RegExp, what: string) => {
    writeFileSync(bad, octets);
    await t.rejects(checkBackup(linesInFile(bad)), { name: 'BadBackup', message: words }, what);
  };
  for (const share of [0.01, 0.2, 0.5, 0.9, 0.999])
    await refused(whole.subarray(0, Math.floor(whole.length * share)), /cut off/, `cut off at ${share}`);
  for (const share of [0.1, 0.3, 0.6, 0.95]) {
    const altered = Buffer.from(whole);
    const at = Math.floor(altered.length * share);
    altered[at] = (altered[at] ?? 0) ^ 0x10;
    await refused(altered, /changed or damaged|cut off|no backup/, `one bit at ${share}`);
  }
  const zipped = (all: string[]) => gzipSync(`${all.join('\n')}\n`);
  const row = lines.findIndex((line) => line.includes('Orders of two shops'));
  t.ok(row > 0);
  await refused(zipped(lines.with(row, lines[row]?.replace('two', '2  ') ?? '')), /changed/, 'another word');
  await refused(zipped(lines.toSpliced(row, 1)), /changed/, 'a row is missing');
  await refused(
    zipped([...lines.slice(0, row), lines[row] ?? '', ...lines.slice(row)]),
    /changed/,
    'a row twice',
  );
  await refused(zipped(lines.slice(0, -1)), /cut off/, 'no end');
  await refused(zipped([...lines, '[]']), /changed/, 'more after the end');
  await refused(gzipSync(''), /empty/, 'empty');
  await refused(gzipSync('{"record":"export"}\n'), /no backup/, 'an export');
  await refused(Buffer.from('hello\n'), /no backup/, 'no gzip');
  await refused(
    zipped(lines.with(0, lines[0]?.replace('"format":1', '"format":2') ?? '')),
    /newer/,
    'newer format',
  );
  t.match(await checkBackup(linesInFile(file)), { rows: /\d/ }, 'the whole one is taken');
  await t.rejects(checkBackup(linesInFile(join(folder, 'none.gz'))), /no such file/);
});

t.test(
  'threat 40: a backup of a newer schema is refused in plain words, and nothing is written',
  async (t) => {
    const { sql } = await import('kysely');
    const from = await testDatabase(t);
    await sql`insert into kysely_migration (name, timestamp) values ('9001-later', 'now')`.execute(from);
    const file = join(folderOf(t), 'b.gz');
    await backupTo(from, file);
    const to = await testDatabase(t);
    await t.rejects(loadBackup(to, linesInFile(file)), {
      name: 'BadBackup',
      message: /newer release .*9001-later.*Install/,
    });
    t.match(
      await to.selectFrom('desk_identity').selectAll().execute(),
      [{ id: true }],
      'what was there is there',
    );
  },
);

t.test('the key in a backup opens with its passphrase only', async (t) => {
  const key = Buffer.alloc(32, 3);
  const sealed = await sealKeys([key], 'correct horse battery');
  t.notMatch(JSON.stringify(sealed), key.toString('base64'));
  t.equal(await openKeys(sealed, 'correct horse battery'), key.toString('base64'));
  await t.rejects(openKeys(sealed, 'wrong horse battery'), BadBackup);
  for (const other of [
    { n: 3 },
    { n: 1.5 },
    { n: 1 },
    { r: 0.5 },
    { n: '16' },
    { salt: 7, n: 6 },
    { box: null },
  ])
    await t.rejects(
      openKeys({ ...sealed, ...other } as typeof sealed, 'correct horse battery'),
      { name: 'BadBackup', message: /damaged/ },
      JSON.stringify(other),
    );
  for (const damage of [{ box: 'AAAA' }, { nonce: '' }, { n: 0 }, { r: 1e9 }])
    await t.rejects(openKeys({ ...sealed, ...damage }, 'correct horse battery'), {
      name: 'BadBackup',
      message: /damaged/,
    });
});
