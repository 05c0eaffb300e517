import { invalid } from '../../problem.ts';
import { letterDay, letterList, letterTime } from '../language.ts';
import { type Found, foundOf, foundTogether, holds, type LetterData } from './claim-data.ts';
import type { Form, Test, Writer } from './forms.ts';
import type { Row, Value, Values } from './values.ts';

/** Forms that are carried out for one letter, and what may come of it in characters. */
export const MAX_STEPS = 20_000;
export const MAX_OUTPUT = 100_000;
/** Of a long list, `list` names so many. */
const LISTED = 10;

/** Where the walk is: what the blocks around have set. */
type Around = { found: Found; row: Row | string | null };

/**
 * Renders a checked template. It reads the values by their names and calls nothing of theirs. Throws the problem
 * `invalid` on `template` when the letter becomes longer than {@link MAX_OUTPUT} or takes more than
 * {@link MAX_STEPS} steps.
 */
export function renderForms(forms: Form[], values: Values, data: LetterData): string {
  const walk = new Walk(values, data);
  walk.all(forms, { found: {}, row: null });
  return walk.text();
}

class Walk {
  private readonly values: Values;
  private readonly data: LetterData;
  private readonly written: string[] = [];
  private length = 0;
  private steps = 0;

  constructor(values: Values, data: LetterData) {
    this.values = values;
    this.data = data;
  }

  text(): string {
    return this.written.join('');
  }

  all(forms: Form[], around: Around): void {
    for (const form of forms) {
      if (++this.steps > MAX_STEPS)
        throw invalid('template', `The template takes more than ${MAX_STEPS.toLocaleString('en')} steps.`);
      this.one(form, around);
    }
  }

  private write(text: string): void {
    this.length += text.length;
    if (this.length > MAX_OUTPUT)
      throw invalid(
        'template',
        `The template gives a letter of more than ${MAX_OUTPUT.toLocaleString('en')} characters.`,
      );
    this.written.push(text);
  }

  private one(form: Form, around: Around): void {
    if (form.is === 'text') this.write(form.text);
    else if (form.is === 'value') this.write(this.worded(this.value(form.name, around), form.as));
    else if (form.is === 'each') this.each(form, around);
    else if (form.is === 'claim') this.inside(foundOf(this.data, form.key), form.body, around);
    else if (form.is === 'together')
      this.inside(foundTogether(this.data, form.words, form.how), form.body, around);
    else this.all(this.chosen(form, around), around);
  }

  private chosen(form: Extract<Form, { is: 'if' | 'holds' | 'any' }>, around: Around): Form[] {
    if (form.is === 'if') return this.holds(form.test, around) ? form.body : form.otherwise;
    const does = (key: string) => holds(this.data.claims.get(key));
    if (form.is === 'any') return form.keys.some(does) ? form.body : [];
    if (!does(form.key)) return form.otherwise;
    this.data.stated.set(form.key, 'fact');
    return form.body;
  }

  private inside(found: Found | undefined, body: Form[], around: Around): void {
    if (found) this.all(body, { ...around, found: { ...around.found, ...found } });
  }

  private each(form: Extract<Form, { is: 'each' }>, around: Around): void {
    const list = this.value(form.name, around);
    const rows = Array.isArray(list) ? (list as (Row | string)[]) : [];
    for (const row of rows) this.all(form.body, { ...around, row });
    if (rows.length === 0) this.all(form.otherwise, around);
  }

  private value(name: string, { found, row }: Around): Value {
    if (name.startsWith('@')) return Object.hasOwn(found, name) ? (found[name] ?? '') : '';
    if (name === 'this') return typeof row === 'string' ? row : '';
    if (name.startsWith('this.')) {
      const column = name.slice(5);
      return row !== null && typeof row === 'object' && Object.hasOwn(row, column) ? (row[column] ?? '') : '';
    }
    return Object.hasOwn(this.values, name) ? (this.values[name] ?? '') : '';
  }

  private holds({ name, several }: Test, around: Around): boolean {
    const value = this.value(name, around);
    if (!Array.isArray(value)) return Boolean(value);
    const items = value as readonly unknown[];
    // A range is several addresses, too.
    if (several)
      return items.length > 1 || items.some((item) => typeof item === 'string' && item.includes('/'));
    return items.length > 0;
  }

  private worded(value: Value, as: Writer): string {
    const { language } = this.data;
    if (value instanceof Date) return (as === 'day' ? letterDay : letterTime)(value, language);
    if (Array.isArray(value)) {
      const items = value.filter((item) => typeof item === 'string');
      return as === 'list' ? letterList(items, language, LISTED) : letterList(items, language);
    }
    return typeof value === 'string' ? value : '';
  }
}
