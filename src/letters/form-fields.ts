import type { FormField, Route } from '../providers/schema.ts';
import type { LetterFacts } from './facts.ts';
import { letterTime } from './language.ts';

/** A field of the provider's form, filled from what we know. `missing`: the form asks, and we do not know. */
export type FilledField = {
  key: string;
  label: string;
  value: string;
  maxLength: number | null;
  missing: boolean;
  required: boolean;
  options: string[];
  hint: string;
  /** More than the form takes; the person must shorten it. */
  tooLong: boolean;
};

const ERROR_LINES = 3;

/** The refusal, cut at the end of a word to what the field takes. */
function shortened(text: string, limit: number | undefined): string {
  const lines = text.split('\n').slice(0, ERROR_LINES).join('\n');
  if (!limit || lines.length <= limit) return lines;
  const cut = lines.slice(0, limit - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), Math.floor(limit * 0.8)))}…`;
}

type Source = (facts: LetterFacts, field: FormField, letter: { subject: string; body: string }) => string;
const joined = (items: string[], field: FormField) => items.join(field.separator ?? ', ');

const SOURCES: Record<FormField['value'], Source> = {
  'contact-name': ({ profile }) => profile.contactName,
  'contact-email': ({ profile }) => profile.contactEmail,
  'contact-phone': ({ profile }) => profile.contactPhone,
  organisation: ({ profile }) => profile.name,
  website: ({ profile }) => profile.website,
  'postal-address': ({ profile }) => profile.postalAddress,
  'time-zone': () => 'UTC',
  'sender-kind': (_facts, field) => field.options?.[0] ?? '',
  'recipient-domains': ({ recipientDomains }, field) => joined(recipientDomains, field),
  'sending-domains': ({ profile }, field) => joined(profile.sendingDomains, field),
  addresses: ({ addresses }, field) => joined(addresses, field),
  address: ({ addresses }) => addresses[0] ?? '',
  hostname: ({ hostnames }) => hostnames[0] ?? '',
  since: ({ incident }) => (incident.firstRejectionAt ? letterTime(incident.firstRejectionAt, 'en') : ''),
  'error-text': ({ refusal }, field) => shortened(refusal?.text ?? '', field.maxLength),
  letter: (_facts, _field, { body }) => body.trim(),
  subject: (_facts, _field, { subject }) => subject,
  'mail-kinds': ({ profile }) => profile.mailKinds,
  'daily-volume': ({ profile }) => profile.dailyVolume,
  'opt-in': ({ profile }) => profile.optIn,
  'block-code': ({ blockCode }) => blockCode,
  fixed: (_facts, field) => field.fixed ?? '',
  asked: () => '',
};

/** The fields of a route in the form's order. */
export function fillFields(route: Pick<Route, 'fields'>, facts: LetterFacts, letter: { subject: string; body: string }): FilledField[] {
  return route.fields.map((field) => {
    const value = SOURCES[field.value](facts, field, letter);
    return {
      key: field.key,
      label: field.label,
      value,
      maxLength: field.maxLength ?? null,
      missing: value === '' && field.value !== 'asked',
      required: field.required,
      options: field.options ?? [],
      hint: field.hint ?? '',
      tooLong: field.maxLength !== undefined && value.length > field.maxLength,
    };
  });
}
