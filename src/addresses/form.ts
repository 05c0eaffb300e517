import type { AddressRow } from '../database/tables.ts';
import { type Static, Type, Version } from '../json-schema.ts';
import type { AddressFacts } from './store.ts';

const Day = Type.Optional(Type.String({ format: 'date', description: 'a date such as 2026-03-10' }));
const FACTS = {
  hostname: Type.Optional(Type.String({ maxLength: 253 })),
  label: Type.Optional(Type.String({ maxLength: 120 })),
  purpose: Type.Optional(Type.String({ maxLength: 500 })),
  inUseSince: Day,
  jmrpSince: Day,
  sndsSince: Day,
  notes: Type.Optional(Type.String({ maxLength: 10_000 })),
  checkEveryHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 720, description: 'hours, 1 to 720' })),
};
export const NewForm = Type.Object({
  address: Type.String({ minLength: 1, maxLength: 80, description: 'an IP address or CIDR range' }),
  ...FACTS,
});
export const EditForm = Type.Object({ ...FACTS, version: Version });

/** What was filled in, as it is kept. */
export const factsOf = (form: Omit<Static<typeof EditForm>, 'version'>): AddressFacts => ({
  hostname: form.hostname?.trim().toLowerCase() ?? '',
  label: form.label?.trim() ?? '',
  purpose: form.purpose?.trim() ?? '',
  inUseSince: form.inUseSince ?? null,
  jmrpSince: form.jmrpSince ?? null,
  sndsSince: form.sndsSince ?? null,
  notes: form.notes ?? '',
  checkEveryHours: form.checkEveryHours ?? null,
});

/** What is kept, as the form shows it. */
export const valuesOf = (row: AddressRow) => ({
  hostname: row.hostname,
  label: row.label,
  purpose: row.purpose,
  inUseSince: row.in_use_since ?? '',
  jmrpSince: row.jmrp_since ?? '',
  sndsSince: row.snds_since ?? '',
  notes: row.notes,
  checkEveryHours: row.check_every_hours === null ? '' : String(row.check_every_hours),
});

export const BLANK = {
  address: '',
  hostname: '',
  label: '',
  purpose: '',
  inUseSince: '',
  jmrpSince: '',
  sndsSince: '',
  notes: '',
  checkEveryHours: '',
};
