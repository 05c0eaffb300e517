import { KINDS } from './kinds.ts';
import type { Column, RecordKind, ValueType } from './record-kind.ts';

/** Counted up when a record of an earlier export could no longer be read. */
export const FORMAT = { name: 'delist-desk-export', version: 1 } as const;

/** The first line of an export. */
export type Head = {
  record: 'export';
  format: typeof FORMAT.name;
  version: number;
  /** The desk that it comes from. */
  source: string;
  exportedAt: string;
  /** Whether bodies, raw sources and files are in it. */
  sources: boolean;
};
/** The last line: without it, a part is missing. */
export type End = { record: 'end'; records: number };

type Schema = Record<string, unknown>;

const TYPES: Record<ValueType, Schema> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  time: { type: 'string', format: 'date-time' },
  date: { type: 'string', format: 'date' },
  json: {},
  octets: { type: 'string', contentEncoding: 'base64' },
  texts: { type: 'array', items: { type: 'string' } },
  address: { type: 'string', description: 'an address, or a range in CIDR' },
};

function schemaOfColumn(column: Column, { sources, key }: RecordKind): Schema {
  const plain = TYPES[column.type];
  const about = [
    column.of && `the ${column.of === 'incidents' ? 'number' : 'id'} of one of ${column.of}`,
    sources.includes(column.column) && 'absent where the export has no sources',
    !column.of && key.length === 1 && key[0] === column.column && 'its own in the desk that it comes from',
  ].filter(Boolean);
  const described = about.length > 0 ? { description: about.join('; ') } : {};
  if (column.type === 'json') return described;
  return column.isNull ? { anyOf: [plain, { type: 'null' }], ...described } : { ...plain, ...described };
}

/** What a record of a kind looks like (JSON Schema 2020-12). */
export const schemaOf = (kind: RecordKind): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: kind.name,
  description: kind.about,
  type: 'object',
  properties: {
    record: { const: kind.name },
    ...Object.fromEntries(kind.columns.map((column) => [column.name, schemaOfColumn(column, kind)])),
  },
  required: [
    'record',
    ...kind.columns.filter(({ column }) => !kind.sources.includes(column)).map(({ name }) => name),
  ],
  additionalProperties: false,
});

/** The whole format, as it is served. */
export const formatDescription = () => ({
  ...FORMAT,
  lines:
    'One JSON object a line (JSON Lines, UTF-8). Each says in `record` what it is: the first export, the last end, those between the name of their kind.',
  head: {
    record: 'export',
    format: FORMAT.name,
    version: FORMAT.version,
    source: 'the desk that it comes from, a UUID',
    exportedAt: 'RFC 3339',
    sources: 'whether bodies, raw sources and files are in it',
  },
  end: { record: 'end', records: 'how many records stand between' },
  kinds: KINDS.map(schemaOf),
});
