import { sql } from 'kysely';
import t from 'tap';
import { KINDS } from '../../src/transfer/kinds.ts';
import type { ValueType } from '../../src/transfer/record-kind.ts';
import { testDatabase } from '../database.ts';
import { COLUMNS_LEFT_OUT, LEFT_OUT } from './left-out.ts';

const TYPES: Record<string, ValueType> = {
  text: 'text',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  float4: 'number',
  float8: 'number',
  bool: 'boolean',
  timestamptz: 'time',
  date: 'date',
  jsonb: 'json',
  bytea: 'octets',
  _text: 'texts',
  inet: 'address',
  cidr: 'address',
};

t.test('every table and column is exported, or named with the reason why not', async (t) => {
  const db = await testDatabase(t);
  const { rows } = await sql<{ table: string; column: string; type: string; isNull: boolean }>`
    select table_name as "table", column_name as "column", udt_name as type, is_nullable = 'YES' as "isNull"
    from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'`.execute(
    db,
  );
  const tables = Map.groupBy(rows, ({ table }) => table);
  const exported = new Map(KINDS.map((kind) => [kind.table, kind]));
  t.strictSame(
    [...tables.keys()].sort(),
    [...exported.keys(), ...Object.keys(LEFT_OUT)].sort(),
    'src/transfer: each table of the database is a kind in kinds.ts, or in test/transfer/left-out.ts with the reason',
  );
  for (const [table, kind] of exported) {
    const there = (tables.get(table) ?? []).filter(
      ({ column }) => !COLUMNS_LEFT_OUT[table]?.includes(column),
    );
    t.strictSame(
      there.map(({ column, type, isNull }) => [column, TYPES[type], isNull]).sort(),
      kind.columns.map(({ column, type, isNull }) => [column, type, isNull]).sort(),
      `src/transfer: each column of ${table} (found) is one of its kind (wanted), or in test/transfer/left-out.ts with the reason`,
    );
  }
});

t.test('a kind refers only to kinds before it, or to itself', async (t) => {
  const names = KINDS.map(({ name }) => name);
  for (const [index, kind] of KINDS.entries())
    for (const { of } of kind.columns)
      if (of) t.ok(names.slice(0, index + 1).includes(of), `${kind.name}: ${of}`);
});

t.test('no column is a secret', async (t) => {
  const names = KINDS.flatMap(({ table, columns }) => columns.map(({ column }) => `${table}.${column}`));
  t.strictSame(
    names.filter((name) => /secret|password|token|sealed|key$/.test(name)),
    [
      'own_providers.key',
      'custom_fields.key',
      'step_answers.key',
      'letter_overrides.key',
      'reminder_answers.key',
    ],
  );
});
