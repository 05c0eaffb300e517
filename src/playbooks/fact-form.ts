import { CLAIM_KEYS, claimText } from '../letters/claims/claims.ts';
import { STEP_KINDS } from '../providers/playbook-schema.ts';
import { LINES, type LinePart, type Provider } from '../providers/schema.ts';
import { valueAt } from './paths.ts';
import { LANGUAGES, ROUTE_KINDS, TO, WHO } from './words.ts';

/** The form by which one fact, or a few that belong together, are changed. */
export type Option = { value: string; words: string; chosen: boolean };
export type Field = {
  name: string;
  label: string;
  type: 'text' | 'area' | 'number' | 'url' | 'select' | 'many' | 'check';
  value: string;
  hint: string;
  options: Option[];
  required: boolean;
  checked: boolean;
};

type Values = Record<string, unknown>;
type Choices = Record<string, string>;

const base = { value: '', hint: '', options: [] as Option[], required: false, checked: false };
const text = (name: string, label: string, more: Partial<Field> = {}): Field => ({
  ...base,
  name,
  label,
  type: 'text',
  ...more,
});
const area = (name: string, label: string, more: Partial<Field> = {}): Field => ({
  ...base,
  name,
  label,
  type: 'area',
  ...more,
});
const number = (name: string, label: string, hint = ''): Field => ({
  ...base,
  name,
  label,
  type: 'number',
  hint,
});
const url = (name: string, label: string): Field => ({ ...base, name, label, type: 'url' });
const choose = (name: string, label: string, choices: Choices, many = false): Field => ({
  ...base,
  name,
  label,
  type: many ? 'many' : 'select',
  options: Object.entries(choices).map(([value, words]) => ({ value, words, chosen: false })),
});

const HOURS = 'hours; empty: not known';
const SOURCE = [
  text('source', 'Where this comes from', { hint: 'empty: our own experience' }),
  {
    ...base,
    name: 'verified',
    label: 'Well founded: their own words, or several reports that agree',
    type: 'check',
  } as Field,
];
const CLAIMS: Choices = Object.fromEntries(CLAIM_KEYS.map((key) => [key, claimText(key)]));
const KIND_WORDS: Choices = Object.fromEntries(STEP_KINDS.map((kind) => [kind, kind.replace('-', ' ')]));
const lineText = area('text', 'What is to be known', { required: true });

const LINE_FIELDS: Record<LinePart, (provider: Provider) => Field[]> = {
  checkFirst: () => [lineText, url('url', 'Link'), ...SOURCE],
  worksWell: () => [lineText, url('url', 'Link'), ...SOURCE],
  neverWorks: () => [lineText, url('url', 'Link'), ...SOURCE],
  prerequisites: () => [lineText, url('url', 'Link'), choose('claims', 'Judged by', CLAIMS, true), ...SOURCE],
  course: () => [
    text('title', 'Step', { required: true, hint: 'at most 40 characters' }),
    choose('kind', 'What happens', KIND_WORDS),
    choose('who', 'Who acts', WHO),
    number('within', 'Usually within', 'hours after the step before it'),
    number('rounds', 'Repeats up to', 'times'),
    area('text', 'More on it'),
    ...SOURCE,
  ],
  escalation: ({ routes }) => [
    choose('to', 'To whom', TO),
    lineText,
    choose('route', 'By', {
      '': 'no way of its own',
      ...Object.fromEntries(routes.map(({ key, name }) => [key, name])),
    }),
    number('afterRounds', 'After', 'rounds of letters'),
    number('afterHours', 'After', 'hours of silence'),
    url('url', 'Link'),
    ...SOURCE,
  ],
};

const ROUTE_FIELDS = [
  text('name', 'Name', { required: true }),
  choose('kind', 'Way', ROUTE_KINDS),
  url('url', 'Page'),
  text('address', 'Mail address'),
  text('phone', 'Telephone', { hint: 'as +49 30 1234567' }),
  area('notes', 'Notes', { hint: 'one a line' }),
];

/** Whole parts whose single facts are changed together, each as a fact of its own. */
const GROUPS: Record<string, Field[]> = {
  timing: [
    number('acknowledgedWithin', 'Receipt within', HOURS),
    number('answeredWithin', 'Answer within', HOURS),
    number('effectiveWithin', 'Effect within', HOURS),
    number('followUpAfter', 'Follow up after', 'hours of silence; empty: never'),
    number('replyWithin', 'Answer a denial within', HOURS),
    number('waitAfterDenial', 'Wait after a denial', HOURS),
    choose('workingDays', 'Hours count on', { false: 'all days', true: 'working days' }),
    area('note', 'Note'),
  ],
  coolDown: [
    number('hours', 'Least wait', 'hours before asking again'),
    number('rounds', 'Other way after', 'rounds'),
    area('text', 'In words', { required: true }),
  ],
  stop: [
    number('rounds', 'Rounds', 'letters about one block; 0: never write'),
    number('idle', 'Without a new fact', 'hours after which to stop'),
    number('again', 'New request after', 'hours, without a change'),
    area('text', 'In words', { required: true }),
  ],
};

export const isGroup = (path: string): boolean => Object.hasOwn(GROUPS, path);

const isLine = (part: string): part is LinePart => (LINES as readonly string[]).includes(part);

/** The fields for a path; undefined: it has no form. */
export function fieldsFor(path: string, provider: Provider): Field[] | undefined {
  const [part = '', key] = path.split('/');
  if (GROUPS[path]) return GROUPS[path];
  if (isLine(part) && key) return LINE_FIELDS[part](provider);
  if (part === 'routes' && key) return ROUTE_FIELDS;
  if (path === 'about') return [area('about', 'What it is', { required: true })];
  if (path === 'languages') return [choose('languages', 'Languages of the desk', LANGUAGES, true)];
  return undefined;
}

const wordsOf = (value: unknown): string =>
  value === undefined || value === null ? '' : Array.isArray(value) ? value.join('\n') : String(value);

/** The fields with what stands there, or with what was typed. */
export function filled(fields: Field[], values: Values): Field[] {
  return fields.map((field) => {
    const value = values[field.name];
    const list = Array.isArray(value) ? value.map(String) : [wordsOf(value)];
    return {
      ...field,
      value: wordsOf(value),
      checked: value === true || value === 'yes',
      options: field.options.map((option) => ({ ...option, chosen: list.includes(option.value) })),
    };
  });
}

/** What a form begins with. */
export function valuesAt(path: string, provider: Provider): Values {
  const value = valueAt(provider, path);
  if (path === 'about' || path === 'languages') return { [path]: value };
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}
