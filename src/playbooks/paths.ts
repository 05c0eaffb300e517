import { LINES } from '../providers/schema.ts';

/**
 * Which facts of a playbook people can change, and how one is named: `timing/followUpAfter`, `worksWell/own-ptr`,
 * `routes/support-form/notes`. Items of lists go by their key, so that a release may move or add others.
 */

const KEY = '[a-z0-9]+(?:-[a-z0-9]+)*';
const TIMES =
  'acknowledgedWithin|answeredWithin|effectiveWithin|followUpAfter|replyWithin|waitAfterDenial|workingDays|note';
const RULES = `timing(?:/(?:${TIMES}))?|coolDown(?:/(?:hours|rounds|text))?|stop(?:/(?:rounds|requests|relistings|idle|again|text))?`;
const EDITABLE = new RegExp(
  `^(?:about|languages|(?:cases/${KEY}/)?(?:${RULES})|(?:${LINES.join('|')})/${KEY}|routes/${KEY}(?:/(?:name|url|address|phone|notes))?)$`,
);

const MAX_PATH = 200;

export const isFactPath = (path: string): boolean => path.length <= MAX_PATH && EDITABLE.test(path);

/** Facts that no playbook can do without; all others can be taken away. */
const NEEDED =
  /(?:^about|^languages|(?:^|\/)timing|workingDays|coolDown\/(?:hours|text)|stop\/text|\/name|\/notes)$/;
export const canBeRemoved = (path: string): boolean => !NEEDED.test(path);

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const keyed = (list: unknown[], key: string) => list.findIndex((one) => isNode(one) && one['key'] === key);

/** What stands at a path; undefined: nothing. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const step of path.split('/')) {
    if (Array.isArray(at)) at = at[keyed(at, step)];
    else if (isNode(at) && Object.hasOwn(at, step)) at = at[step];
    else return undefined;
  }
  return at;
}

function inList(list: unknown[], step: string, put: (inner: unknown) => unknown): unknown[] {
  const at = keyed(list, step);
  const made = put(at < 0 ? undefined : list[at]);
  if (at < 0) return made === undefined ? list : [...list, made];
  return made === undefined ? list.toSpliced(at, 1) : list.with(at, made);
}

function inNode(node: Node, step: string, put: (inner: unknown) => unknown): Node {
  const made = put(Object.hasOwn(node, step) ? node[step] : undefined);
  const { [step]: _, ...others } = node;
  return made === undefined ? others : { ...node, [step]: made };
}

/** A copy with the value at the path; undefined takes it away. What leads there and is missing is made. */
export function withValue(whole: unknown, path: string, value: unknown): unknown {
  const [step = '', ...rest] = path.split('/');
  const put = (inner: unknown) => (rest.length === 0 ? value : withValue(inner, rest.join('/'), value));
  if (Array.isArray(whole)) return inList(whole, step, put);
  // A list that a playbook does not have yet.
  if (whole === undefined) return rest.length === 0 && value !== undefined ? [value] : undefined;
  return inNode(whole as Node, step, put);
}

/** Whether two values are the same fact: by what they hold, in whatever order their keys stand. */
export const sameFact = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isNode(value)) return JSON.stringify(value) ?? 'undefined';
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}
