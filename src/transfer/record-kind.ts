/** How a value stands in an export: JSON has no moments, octets or addresses of its own. */
export type ValueType =
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  /** RFC 3339, in UTC. */
  | 'time'
  /** `2026-03-10` */
  | 'date'
  | 'json'
  /** base64 (RFC 4648, section 4). */
  | 'octets'
  | 'texts'
  /** An address, or a range in CIDR. */
  | 'address';

export type Column = {
  /** In the table. */
  column: string;
  /** In an export. */
  name: string;
  type: ValueType;
  isNull: boolean;
  /** The kind whose key it holds. */
  of?: string;
};

export type RecordKind = {
  name: string;
  table: string;
  about: string;
  /** Columns by which its records are ordered and told apart. */
  key: string[];
  columns: Column[];
  /** Columns that can be large; they are read a few rows at a time. */
  heavy: string[];
  /** Of these, what `sources=no` leaves out. */
  sources: string[];
};

const camel = (column: string) => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `name:type`, with `?` where it can be null; `@kind` refers to a record of that kind. */
function columnOf(text: string): Column {
  const [, column = '', at, type = '', isNull] = /^(\w+):(@?)([\w-]+)(\??)$/.exec(text) ?? [];
  return {
    column,
    name: camel(column),
    type: at ? 'integer' : (type as ValueType),
    isNull: Boolean(isNull),
    ...(at ? { of: type } : {}),
  };
}

type Given = { key?: string; heavy?: string; sources?: string };
const words = (text: string | undefined) => text?.split(' ') ?? [];

/** A kind by its name, columns and key; its table has the same name. */
export const kind = (
  name: string,
  about: string,
  columns: string,
  { key = 'id', heavy, sources }: Given = {},
): RecordKind => ({
  name,
  table: name.replaceAll('-', '_'),
  about,
  key: words(key),
  columns: words(columns.replace(/\s+/g, ' ').trim()).map(columnOf),
  heavy: words(heavy),
  sources: words(sources),
});

/** A kind whose table is called otherwise. */
export const of = (table: string, made: RecordKind): RecordKind => ({ ...made, table });
