import { invalid } from '../problem.ts';
import type { Provider } from '../providers/schema.ts';
import { type Field, fieldsFor, isGroup } from './fact-form.ts';
import { OUR_SOURCE, ownRoute } from './own.ts';
import { sameFact, valueAt } from './paths.ts';

/** What a form of a playbook sent, as facts. */
export type Fact = { path: string; value: unknown };
type Sent = Record<string, unknown>;

const first = (value: unknown) => (Array.isArray(value) ? value[0] : value);
const words = (value: unknown): string => {
  const one = first(value);
  return typeof one === 'string' ? one.trim() : '';
};
const linesOf = (value: unknown) =>
  words(value)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);

function numberFrom(name: string, said: string): number {
  const value = Number(said.replace(',', '.'));
  if (!Number.isFinite(value) || value < 0) throw invalid(name, 'Must be a number, 0 or more.');
  return value;
}

/** One field's value; undefined: empty. */
function readField(field: Field, sent: Sent): unknown {
  const raw = sent[field.name];
  const said = words(raw);
  if (field.type === 'check') return said === 'yes';
  if (field.type === 'many') {
    const list = (Array.isArray(raw) ? raw : [raw]).filter((one) => typeof one === 'string' && one !== '');
    return list.length > 0 ? list : undefined;
  }
  if (said === '') {
    if (field.required) throw invalid(field.name, 'This is needed.');
    return undefined;
  }
  if (field.type === 'number') return numberFrom(field.name, said);
  if (field.name === 'notes') return linesOf(raw);
  return field.name === 'workingDays' ? said === 'true' : said.replace(/\r\n/g, '\n');
}

function readAll(fields: Field[], sent: Sent): Sent {
  const read = fields.map((field) => [field.name, readField(field, sent)] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

/** Facts of a part one by one, where it exists; else the part as a whole. */
function ofGroup(path: string, fields: Field[], sent: Sent, provider: Provider): Fact[] {
  const before = valueAt(provider, path) as Sent | undefined;
  const given = readAll(fields, sent);
  if (before === undefined) return [{ path, value: { ...given, source: OUR_SOURCE, verified: false } }];
  return fields
    .map(({ name }) => ({ path: `${path}/${name}`, value: given[name] ?? null, was: before[name] ?? null }))
    .filter(({ value, was }) => !sameFact(value, was))
    .map((one) => ({ path: one.path, value: one.value }));
}

const slugOf = (said: string) =>
  said
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .split('-')
    .filter(Boolean)
    .slice(0, 5)
    .join('-')
    .slice(0, 50)
    .replace(/-+$/, '') || 'line';

/** A key that no item of the list has; `new-` keeps it apart from those that releases give. */
function newKey(part: string, said: string, provider: Provider): string {
  const wanted = `new-${slugOf(said)}`;
  let key = wanted;
  for (let n = 2; valueAt(provider, `${part}/${key}`) !== undefined; n++) key = `${wanted}-${n}`;
  return key;
}

function ofRoute(path: string, given: Sent, provider: Provider): Fact[] {
  const [, key = ''] = path.split('/');
  const before = provider.routes.find((route) => route.key === key);
  if (!before) {
    const route = ownRoute({ ...(given as Parameters<typeof ownRoute>[0]), key });
    return [{ path, value: route }];
  }
  return (['name', 'url', 'address', 'phone', 'notes'] as const)
    .map((name) => ({
      path: `${path}/${name}`,
      value: given[name] ?? (name === 'notes' ? [] : null),
      was: before[name] ?? null,
    }))
    .filter(({ value, was }) => !sameFact(value, was))
    .map((one) => ({ path: one.path, value: one.value }));
}

function ofLine(path: string, given: Sent, provider: Provider): Fact[] {
  const before = valueAt(provider, path) as Sent | undefined;
  const need = before?.['need'] === undefined ? {} : { need: before['need'] };
  const programme = before?.['programme'] === undefined ? {} : { programme: before['programme'] };
  const value = {
    ...given,
    ...need,
    ...programme,
    source: given['source'] ?? OUR_SOURCE,
    verified: given['verified'] === true,
  };
  return before !== undefined && sameFact({ ...value, key: before['key'] }, before) ? [] : [{ path, value }];
}

/** The facts that a form changes; `part/+` adds an item. Throws `invalid`, naming the field. */
export function factsFrom(path: string, sent: Sent, provider: Provider): Fact[] {
  const fields = fieldsFor(path, provider);
  if (!fields) throw invalid('path', 'There is no such fact.');
  if (isGroup(path)) return ofGroup(path, fields, sent, provider);
  const given = readAll(fields, sent);
  const [part = '', key] = path.split('/');
  if (key === undefined) return [{ path, value: given[path] ?? null }];
  const named = String(given['title'] ?? given['name'] ?? given['text'] ?? '');
  const at = key === '+' ? `${part}/${newKey(part, named, provider)}` : path;
  return part === 'routes' ? ofRoute(at, given, provider) : ofLine(at, given, provider);
}
