/** Scalars of one event by name: the bare name, and the name with its parent's. */
export type Flat = Map<string, string>;

const bare = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Undefined when the text is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const DEEPEST = 8;
const MOST_RECORDS = 20_000;

/** One flat record per event, and per recipient where an event lists several. */
function flatten(
  value: Record<string, unknown>,
  inherited: Flat,
  parent: string,
  depth: number,
  out: Flat[],
): Flat {
  const flat: Flat = new Map(inherited);
  const lists: Record<string, unknown>[][] = [];
  for (const [key, item] of Object.entries(value)) {
    const name = bare(key);
    const single = Array.isArray(item) && item.length > 0 ? item[0] : item;
    if (typeof single === 'string' || typeof single === 'number') {
      const text = String(single);
      if (!flat.has(name)) flat.set(name, text);
      if (parent !== '') flat.set(`${parent}.${name}`, text);
    } else if (isRecord(item) && depth < DEEPEST && name !== 'headers') {
      for (const [inner, text] of flatten(item, new Map(), name, depth + 1, out))
        if (!flat.has(inner)) flat.set(inner, text);
    } else if (Array.isArray(item) && item.some(isRecord) && depth < DEEPEST && name !== 'headers')
      lists.push(item.filter(isRecord));
  }
  for (const list of lists)
    for (const item of list)
      if (out.length < MOST_RECORDS) out.push(flatten(item, new Map(), bare(parent), depth + 1, []));
  return flat;
}

/** What holds an event as a string: a notification's message, a queue's body. */
const WRAPPERS = ['Message', 'body', 'Sns'];

/** The event in a notification, or in a queue's entry around one. */
function unwrapped(value: unknown, depth = 0): unknown {
  if (!isRecord(value) || depth > DEEPEST) return value;
  for (const name of WRAPPERS) {
    const inner = value[name];
    if (name === 'Sns' && isRecord(inner)) return unwrapped(inner, depth + 1);
    if (typeof inner === 'string' && inner.startsWith('{'))
      return unwrapped(parsed(inner) ?? value, depth + 1);
  }
  return value;
}

/**
 * The events in a value: one flat record each, and one per recipient where an event lists several of which
 * `isTold` holds.
 */
export function flatRecords(value: unknown, isTold: (flat: Flat) => boolean, depth = 0): Flat[] {
  if (depth > DEEPEST) return [];
  if (Array.isArray(value))
    return value.slice(0, MOST_RECORDS).flatMap((item) => flatRecords(item, isTold, depth + 1));
  const event = unwrapped(value);
  if (!isRecord(event)) return [];
  if (Array.isArray(event['Records'])) return flatRecords(event['Records'], isTold, depth + 1);
  const parts: Flat[] = [];
  const whole = flatten(event, new Map(), '', 0, parts);
  const usable = parts.filter(isTold);
  return usable.length > 0 ? usable.map((part) => new Map([...whole, ...part])) : [whole];
}
