import type { Column, RecordKind } from '../record-kind.ts';
import { faultOf, toColumn } from '../values.ts';
import type { LeftOut } from './queue.ts';
import type { Known } from './records.ts';

/** A record as it stands in a line of an export. */
export type Given = { row: number; record: Record<string, unknown> };
export type Fitted = Given & { values: Map<string, unknown> };

/** Entries that name other incidents by their number. */
const NUMBERS_IN: Record<string, string> = {
  'incident-linked': 'number',
  'incident-unlinked': 'number',
  'incident-merged': 'number',
  'merge-undone': 'number',
  'message-filed': 'cameFrom',
  'message-moved-away': 'to',
};

const told = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

/** The first thing that is wrong with a record; undefined: it can be brought in. */
export function faultIn(kind: RecordKind, { row, record }: Given): LeftOut | undefined {
  for (const column of kind.columns) {
    const value = record[column.name];
    if (value === undefined && kind.sources.includes(column.column)) continue;
    const fault = faultOf(column, value);
    if (fault)
      return {
        row,
        field: `${kind.name}.${column.name}`,
        value: told(value).slice(0, 300),
        why: `It ${fault}.`,
      };
  }
  return undefined;
}

/** What stands in the place of bodies and sources that an export was made without. */
const ABSENT: Partial<Record<Column['type'], unknown>> = { text: '', octets: '' };

function columnValue(column: Column, record: Record<string, unknown>, known: Known): unknown {
  const value = record[column.name];
  if (column.of && value !== null && value !== undefined) return known.get(column.of, value) ?? null;
  if (value === undefined) return toColumn(column, column.isNull ? null : ABSENT[column.type]);
  return toColumn(column, value);
}

/** The values of a record as columns take them, with its references to what they became here. */
export function fitted(kind: RecordKind, given: Given, known: Known): Fitted | LeftOut {
  for (const { of, name, isNull } of kind.columns) {
    const value = given.record[name];
    if (of && !isNull && known.get(of, value) === undefined)
      return {
        row: given.row,
        field: `${kind.name}.${name}`,
        value: told(value),
        why: `It belongs to a record of ${of} that was not brought in.`,
      };
  }
  const values = new Map(
    kind.columns.map((column) => [column.column, columnValue(column, given.record, known)]),
  );
  return { ...given, values };
}

export const isLeftOut = (one: Fitted | LeftOut): one is LeftOut => 'why' in one;

/** References of these records: ids by the kind that they are of. */
export function referencesIn(kind: RecordKind, records: Given[]): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  const note = (of: string, value: unknown) => {
    if (value !== null && value !== undefined) found.set(of, [...(found.get(of) ?? []), value]);
  };
  for (const { of, name } of kind.columns) if (of) for (const { record } of records) note(of, record[name]);
  if (kind.name === 'timeline-entries')
    for (const { record } of records) {
      const detail = record['detail'] as Record<string, unknown> | null;
      note('incidents', detail?.[NUMBERS_IN[String(record['kind'])] ?? '']);
      for (const { id } of picturesIn(detail)) note('evidence-files', id);
    }
  return found;
}

function picturesIn(detail: Record<string, unknown> | null): { id: number; name: string }[] {
  const pictures = detail?.['pictures'];
  return Array.isArray(pictures) ? pictures.filter((one) => typeof one?.id === 'number') : [];
}

/** Numbers and ids inside an entry's detail become those of this desk. */
export function detailHere(record: Record<string, unknown>, known: Known): unknown {
  const detail = record['detail'] as Record<string, unknown> | null;
  if (detail === null || typeof detail !== 'object') return detail;
  const field = NUMBERS_IN[String(record['kind'])];
  const number = field ? known.get('incidents', detail[field]) : undefined;
  return {
    ...detail,
    ...(field && number !== undefined ? { [field]: Number(number) } : {}),
    ...(Array.isArray(detail['pictures'])
      ? {
          pictures: picturesIn(detail).flatMap((picture) => {
            const id = known.get('evidence-files', picture.id);
            return id === undefined ? [] : [{ ...picture, id: Number(id) }];
          }),
        }
      : {}),
  };
}

const BY_IMPORT = 'import';
/** Who did it there, and that it was brought in. */
export const actorHere = (name: unknown): string =>
  String(name).startsWith(BY_IMPORT) ? String(name) : `${BY_IMPORT}: ${name}`;
