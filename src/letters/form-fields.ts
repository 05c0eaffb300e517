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
/** The host and the time that many providers put at the end; without them they find nothing in their logs. */
const TAIL = /\s(\[[^[\]]{8,200}\])$/;

/** The refusal, cut at the end of a word to what the field takes; its bracketed end stays. */
function shortened(text: string, limit: number | undefined): string {
  const lines = text.trim().split('\n').slice(0, ERROR_LINES).join('\n');
  if (!limit || lines.length <= limit) return lines;
  const tail = TAIL.exec(lines.slice(-220))?.[1] ?? '';
  const end = tail && tail.length + 20 <= limit ? `… ${tail}` : '…';
  const room = limit - end.length;
  const cut = lines.slice(0, room);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), Math.floor(room * 0.8)))}${end}`;
}

/** Of a closed list only what is on it can be filled in; what is not on it, the person picks. */
function chosen(items: string[], field: FormField): string[] {
  const { options } = field;
  if (!options) return items;
  return options.filter((option) => items.some((item) => item.toLowerCase() === option.toLowerCase()));
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
  'time-zone': (_facts, field) =>
    field.options ? (field.options.find((option) => /\bUTC\b(?![+-])/.test(option)) ?? '') : 'UTC',
  // Nobody has told us; a guess would be a false answer to the provider.
  'sender-kind': () => '',
  'recipient-domains': ({ recipientDomains }, field) => joined(chosen(recipientDomains, field), field),
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
export function fillFields(
  route: Pick<Route, 'fields'>,
  facts: LetterFacts,
  letter: { subject: string; body: string },
): FilledField[] {
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
