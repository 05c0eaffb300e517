import { hours } from '../providers/hours.ts';
import type { LinePart } from '../providers/schema.ts';

/** How facts and their values are named on pages. */

export const PART_NAMES: Record<LinePart | 'routes' | 'cases', string> = {
  checkFirst: 'Check first',
  prerequisites: 'Before you ask',
  worksWell: 'What helps',
  neverWorks: 'What never works',
  course: 'The usual course',
  escalation: 'Whom to turn to next',
  routes: 'How to ask',
  cases: 'Case',
};

const NAMES: Record<string, string> = {
  about: 'What it is',
  languages: 'Languages of the desk',
  timing: 'Times',
  acknowledgedWithin: 'receipt within',
  answeredWithin: 'answer within',
  effectiveWithin: 'effect within',
  followUpAfter: 'follow up after',
  replyWithin: 'answer a denial within',
  waitAfterDenial: 'wait after a denial',
  workingDays: 'working days only',
  note: 'note',
  coolDown: 'Cool-down',
  stop: 'When to stop',
  hours: 'least wait',
  rounds: 'rounds',
  requests: 'requests in a time',
  relistings: 'new listings',
  idle: 'without a new fact',
  again: 'new request after',
  text: 'words',
  name: 'name',
  url: 'page',
  address: 'mail address',
  phone: 'telephone',
  notes: 'notes',
};

/** `Times: follow up after`; keys of items stand as they are. */
export function factName(path: string): string {
  const [part = '', ...rest] = path.split('/');
  const first = PART_NAMES[part as LinePart] ?? NAMES[part] ?? part;
  const others = rest.map((step) => NAMES[step] ?? step.replaceAll('-', ' '));
  return [first, others.join(', ')].filter(Boolean).join(': ');
}

const IN_HOURS = /(?:Within|After|Denial|coolDown\/hours|stop\/idle|stop\/again)$/;
type Shown = Record<string, unknown>;

function ofObject(value: Shown, path: string): string {
  const said = value['text'] ?? value['title'] ?? value['name'];
  if (typeof said === 'string') {
    const more = [value['url'], value['address']].filter((one) => typeof one === 'string');
    return [said, ...more].join(' · ');
  }
  return Object.entries(value)
    .filter(([key]) => key !== 'source' && key !== 'verified')
    .map(([key, one]) => `${NAMES[key] ?? key} ${valueWords(one, `${path}/${key}`)}`)
    .join(', ');
}

/** A fact’s value as people read it. */
export function valueWords(value: unknown, path: string): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return IN_HOURS.test(path) ? hours(value) : String(value);
  if (Array.isArray(value)) return value.map((one) => valueWords(one, path)).join(' / ');
  return typeof value === 'object' ? ofObject(value as Shown, path) : String(value);
}
