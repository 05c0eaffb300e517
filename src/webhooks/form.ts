import type { WebhookTargetRow } from '../database/tables.ts';
import { SEVERITIES } from '../incidents/incidents.ts';
import { type Static, Type } from '../json-schema.ts';
import type { FormFields } from '../web/forms.ts';
import { GROUPS } from './event.ts';
import { FORMAT_KEYS } from './formats.ts';
import type { TargetInput } from './target.ts';

const Keys = (most: number) => Type.Array(Type.String({ maxLength: 100 }), { maxItems: most });

/** The form of a target. Its address and secret are in no answer: an empty field keeps what is there. */
export const WebhookForm = Type.Object({
  name: Type.String({ maxLength: 120, description: 'what to call it' }),
  link: Type.Optional(Type.String({ maxLength: 2000 })),
  format: Type.Enum([...FORMAT_KEYS], { description: 'one of those listed' }),
  groups: Type.Optional(
    Type.Array(Type.Enum(GROUPS), { maxItems: GROUPS.length, description: 'some of those listed' }),
  ),
  providers: Type.Optional(Keys(100)),
  leastSeverity: Type.Enum([...SEVERITIES], { description: 'one of those listed' }),
  secret: Type.Optional(Type.String({ maxLength: 200 })),
});

/** Without what must not be kept of a request, not even as a part of a hash. */
export const withoutSecrets = <Form extends object>({
  link,
  secret,
  ...form
}: Form & { link?: unknown; secret?: unknown }) => ({
  ...form,
  hasLink: Boolean(link),
  hasSecret: Boolean(secret),
});

export const inputOf = (form: Static<typeof WebhookForm>): TargetInput => ({
  name: form.name,
  url: (form.link ?? '').trim(),
  format: form.format,
  groups: [...new Set(form.groups ?? [])],
  providers: [...new Set(form.providers ?? [])],
  leastSeverity: form.leastSeverity,
  secret: (form.secret ?? '').trim(),
});

/** A target as its form shows it. */
export type Values = {
  name: string;
  format: string;
  groups: string[];
  providers: string[];
  leastSeverity: string;
};

export const EMPTY: Values = {
  name: '',
  format: 'delist-desk',
  groups: GROUPS.filter((group) => group !== 'notes'),
  providers: [],
  leastSeverity: 'low',
};

export const valuesOf = (row: WebhookTargetRow): Values => ({
  name: row.name,
  format: row.format,
  groups: row.groups,
  providers: row.providers,
  leastSeverity: row.least_severity,
});

const texts = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : [value].flat().filter((text) => typeof text === 'string');

/** What was typed, but for what is secret. */
export function typedValues(body: unknown): Values {
  const fields = (body ?? {}) as FormFields;
  const text = (name: string) => texts(fields[name])[0] ?? '';
  return {
    name: text('name'),
    format: text('format'),
    groups: texts(fields['groups']),
    providers: texts(fields['providers']),
    leastSeverity: text('leastSeverity'),
  };
}
