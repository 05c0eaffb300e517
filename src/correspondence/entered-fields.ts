import { invalid } from '../problem.ts';

/** One field of a provider's form as it was filled in there: its label, and what was entered. */
export type EnteredField = { label: string; value: string };

/** Fields of one form; the longest form that is known has half as many. */
export const MAX_ENTERED = 30;
const MAX_LABEL = 300;
const MAX_VALUE = 20_000;

/** The names of a field's inputs on our pages, counted from 1 in the form's order. */
export const enteredNames = (position: number) => ({
  label: `entered-${position}-label`,
  value: `entered-${position}-value`,
  /** Set where the value is a text of the page itself: the letter or its subject. */
  source: `entered-${position}-source`,
});

const clean = (text: string) => text.replace(/\r\n?/g, '\n').replaceAll('\0', '').trim();

/** What was entered, from a form's texts; fields that were left empty are left out. */
export function readEntered(
  typed: Record<string, string>,
  page: { letter: string; subject: string },
): EnteredField[] {
  const fields: EnteredField[] = [];
  for (let position = 1; position <= MAX_ENTERED; position += 1) {
    const names = enteredNames(position);
    const source = typed[names.source];
    const own = source === 'letter' || source === 'subject' ? page[source] : typed[names.value];
    const label = clean(typed[names.label] ?? '');
    const value = clean(own ?? '');
    if (value === '') continue;
    if (label === '') throw invalid(names.label, 'Name the field as the form does.');
    if (label.length > MAX_LABEL) throw invalid(names.label, `A label has at most ${MAX_LABEL} characters.`);
    if (value.length > MAX_VALUE && source !== 'letter')
      throw invalid(names.value, `A field takes at most ${MAX_VALUE} characters.`);
    fields.push({ label, value });
  }
  return fields;
}

/** The text of a message that was nothing but a form. */
export const enteredText = (fields: EnteredField[]): string =>
  fields.map(({ label, value }) => `${label}:\n${value}`).join('\n\n');

/** Channels on which something is entered in fields. */
export const hasFields = (channel: string) => channel === 'form' || channel === 'portal';
