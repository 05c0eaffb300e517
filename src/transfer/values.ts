import type { Column } from './record-kind.ts';

/** A value of a row as it stands in an export. */
export function toJson(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return Buffer.isBuffer(value) ? value.toString('base64') : value;
}

/** The same in a cell of CSV. */
export function toCell(value: unknown): string | number | null {
  const plain = toJson(value);
  if (plain === null || plain === undefined) return null;
  if (typeof plain === 'number' || typeof plain === 'string') return plain;
  return typeof plain === 'boolean' ? String(plain) : JSON.stringify(plain);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Why a value cannot be what its column holds; undefined: it can. */
export function faultOf(column: Column, value: unknown): string | undefined {
  if (column.type === 'json') return undefined;
  if (value === null || value === undefined) return column.isNull ? undefined : 'is missing';
  switch (column.type) {
    case 'text':
      if (typeof value !== 'string') return 'is no text';
      return value.includes('\0') ? 'contains a NUL character' : undefined;
    case 'address':
      return typeof value === 'string' && /^[\da-fA-F:.]{2,45}(?:\/\d{1,3})?$/.test(value)
        ? undefined
        : 'is no address';
    case 'integer':
      return Number.isSafeInteger(value) ? undefined : 'is no whole number';
    case 'number':
      return Number.isFinite(value) ? undefined : 'is no number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'is neither true nor false';
    case 'time':
      return typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value))
        ? undefined
        : 'is no time (RFC 3339)';
    case 'date':
      return typeof value === 'string' && DATE.test(value) && !Number.isNaN(Date.parse(value))
        ? undefined
        : 'is no date';
    case 'octets':
      return typeof value === 'string' && value.length % 4 === 0 && BASE64.test(value)
        ? undefined
        : 'is no base64';
    case 'texts':
      return Array.isArray(value) && value.every((one) => typeof one === 'string' && !one.includes('\0'))
        ? undefined
        : 'is no list of texts';
  }
}

/** A checked value as a column takes it. */
export function toColumn(column: Column, value: unknown): unknown {
  // A JSON column that must have a value has `null` for none.
  if ((value === null || value === undefined) && (column.isNull || column.type !== 'json')) return null;
  if (column.type === 'json') return JSON.stringify(value ?? null);
  if (column.type === 'octets') return Buffer.from(value as string, 'base64');
  return column.type === 'time' ? new Date(value as string) : value;
}
