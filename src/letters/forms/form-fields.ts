import type { FormField, Route } from '../../providers/schema.ts';
import type { StoredClaim } from '../claims/claims-view.ts';
import { counted } from '../counted.ts';
import type { LetterFacts } from '../facts.ts';
import { FIXES } from '../gate/claim-checks.ts';
import { type Language, letterTime } from '../language.ts';
import { insideSentence } from '../template/claim-data.ts';
import { fitAddresses } from './form-addresses.ts';
import { shortenLetter } from './shorten.ts';
import { shortenRefusal } from './shorten-refusal.ts';

/** A field of the provider's form, filled from what we know. `missing`: the form asks, and we do not know. */
export type FilledField = {
  key: string;
  label: string;
  value: string;
  /** The value's length as the form counts it. */
  length: number;
  maxLength: number | null;
  missing: boolean;
  required: boolean;
  options: string[];
  hint: string;
  /** More than the form takes, or than is read. */
  tooLong: boolean;
  /** What is not taken, in words. */
  refuses: string[];
  /** Of ours, what this form does not take. */
  leftOut: string[];
  /** Where one value goes into each submission: all of them, the first one among them. */
  steps: string[];
  /** A letter that is too long for its field, cut to it; empty: it fits, or nothing does. */
  shortened: string;
};

/** What a field is filled from. `claims` tell which sentences of the letter name a fix. */
export type FormLetter = { subject: string; body: string; language?: Language; claims?: StoredClaim[] };

const ERROR_LINES = 3;
const MOST_STEPS = 200;

/** Of a closed list only what is on it can be filled in; what is not on it, the person picks. */
function chosen(items: string[], field: FormField): string[] {
  const { options } = field;
  if (!options) return items;
  return options.filter((option) => items.some((item) => item.toLowerCase() === option.toLowerCase()));
}

type Source = (facts: LetterFacts, field: FormField, letter: FormLetter) => string;
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
  addresses: ({ addresses }, field) =>
    joined(fitAddresses(addresses, field).taken.slice(0, field.most), field),
  address: ({ addresses }, field) => fitAddresses(addresses, field).taken[0] ?? '',
  hostname: ({ hostnames }) => hostnames[0] ?? '',
  since: ({ incident }) => (incident.firstRejectionAt ? letterTime(incident.firstRejectionAt, 'en') : ''),
  'error-text': ({ refusal }, field) =>
    shortenRefusal(refusal?.text ?? '', {
      limit: field.maxLength,
      lines: field.maxLines ?? ERROR_LINES,
      codes: (refusal?.codes ?? '').split(' ').filter(Boolean),
    }),
  letter: (_facts, _field, { body }) => body.trim(),
  subject: (_facts, _field, { subject }) => subject,
  'mail-kinds': ({ profile }) => profile.mailKinds,
  'daily-volume': ({ profile }) => profile.dailyVolume,
  'opt-in': ({ profile }) => profile.optIn,
  'block-code': ({ blockCode }) => blockCode,
  fixed: (_facts, field) => field.fixed ?? '',
  asked: () => '',
};

/** Submissions that a form takes one after another: an address each, or as many as fit into one. */
function stepsOf(field: FormField, taken: string[]): string[] {
  if (field.value === 'address') return taken.length > 1 ? taken.slice(0, MOST_STEPS) : [];
  const { most } = field;
  if (field.value !== 'addresses' || most === undefined || taken.length <= most) return [];
  return Array.from({ length: Math.ceil(taken.length / most) }, (_, index) =>
    joined(taken.slice(index * most, (index + 1) * most), field),
  ).slice(0, MOST_STEPS);
}

const isFix = ({ key, stated, words }: StoredClaim) =>
  stated === 'fact' && words !== null && FIXES.includes(key);

/** The letter cut to its field by whole parts; empty where it fits as it is. */
function shortenedFor(
  field: FormField,
  facts: LetterFacts,
  letter: FormLetter,
  hasRefusalField: boolean,
): string {
  const limit = field.maxLength ?? field.readLength;
  if (field.value !== 'letter' || limit === undefined || counted(letter.body.trim(), field) <= limit)
    return '';
  const short = shortenLetter(letter.body, {
    limit,
    language: letter.language ?? 'en',
    addresses: facts.addresses,
    refusal: facts.refusal,
    hasRefusalField,
    fixes: (letter.claims ?? []).filter(isFix).map(({ words }) => insideSentence(words ?? '')),
    count: (text) => counted(text, field),
  });
  return short ?? '';
}

/** The fields of a route in the form's order. */
export function fillFields(
  route: Pick<Route, 'fields'>,
  facts: LetterFacts,
  letter: FormLetter,
): FilledField[] {
  const hasRefusalField = route.fields.some((field) => field.value === 'error-text');
  return route.fields.map((field) => {
    const value = SOURCES[field.value](facts, field, letter);
    const isAddress = field.value === 'address' || field.value === 'addresses';
    const { taken, leftOut } = isAddress ? fitAddresses(facts.addresses, field) : { taken: [], leftOut: [] };
    const length = counted(value, field);
    const limit = field.maxLength ?? field.readLength;
    return {
      key: field.key,
      label: field.label,
      value,
      length,
      maxLength: field.maxLength ?? null,
      missing: value === '' && field.value !== 'asked',
      required: field.required,
      options: field.options ?? [],
      hint: field.hint ?? '',
      tooLong: limit !== undefined && length > limit,
      refuses: field.refuses ?? [],
      leftOut,
      steps: stepsOf(field, taken),
      shortened: shortenedFor(field, facts, letter, hasRefusalField),
    };
  });
}
