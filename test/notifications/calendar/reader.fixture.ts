/** A strict reader of iCalendar, written from the grammar of RFC 5545 alone: it throws at whatever is not in it. */

export type Property = { name: string; parameters: Record<string, string>; value: string };
export type Component = { name: string; properties: Property[]; components: Component[] };

/** § 3.1: lines end with CRLF, have at most 75 octets, and go on after a CRLF with one blank. */
function unfolded(octets: Buffer): string[] {
  const raw = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  if (!raw.endsWith('\r\n')) throw new Error('the last line has no end');
  const physical = raw.slice(0, -2).split('\r\n');
  const lines: string[] = [];
  for (const line of physical) {
    if (/[\r\n]/.test(line)) throw new Error('a bare CR or LF');
    if (Buffer.byteLength(line) > 75) throw new Error(`a line of ${Buffer.byteLength(line)} octets`);
    if (!line.isWellFormed() || line.includes('\ufffd')) throw new Error('a character was cut in two');
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (lines.length === 0) throw new Error('nothing to go on with');
      lines[lines.length - 1] += line.slice(1);
    } else lines.push(line);
  }
  return lines;
}

const NAME = /^[A-Za-z0-9-]+/;
/** § 3.1: QSAFE-CHAR and SAFE-CHAR; VALUE-CHAR is any but a control character other than HTAB. */
const QUOTED = /^"([^\u0000-\u0008\u000a-\u001f\u007f"]*)"/;
const SAFE = /^[^\u0000-\u0008\u000a-\u001f\u007f";:,]*/;
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

function contentLine(line: string): Property {
  let rest = line;
  const take = (pattern: RegExp): RegExpExecArray => {
    const match = pattern.exec(rest);
    if (!match) throw new Error(`cannot read ${line}`);
    rest = rest.slice(match[0].length);
    return match;
  };
  const name = take(NAME)[0].toUpperCase();
  const parameters: Record<string, string> = {};
  while (rest.startsWith(';')) {
    rest = rest.slice(1);
    const parameter = take(NAME)[0].toUpperCase();
    if (!rest.startsWith('=')) throw new Error(`a parameter without a value: ${line}`);
    rest = rest.slice(1);
    parameters[parameter] = rest.startsWith('"') ? (take(QUOTED)[1] ?? '') : take(SAFE)[0];
  }
  if (!rest.startsWith(':')) throw new Error(`no value: ${line}`);
  const value = rest.slice(1);
  if (CONTROL.test(value)) throw new Error(`a control character: ${JSON.stringify(value)}`);
  return { name, parameters, value };
}

/** § 3.3.11 */
export function readText(value: string): string {
  let text = '';
  for (let at = 0; at < value.length; at++) {
    const one = value[at] ?? '';
    if (one === ',' || one === ';') throw new Error(`a bare ${one} in a text`);
    if (one !== '\\') {
      text += one;
      continue;
    }
    const next = value[++at];
    if (next === undefined || !'\\;,Nn'.includes(next)) throw new Error(`an escape of ${next}`);
    text += next === 'n' || next === 'N' ? '\n' : next;
  }
  return text;
}

const DATE = /^(\d{4})(\d{2})(\d{2})$/;
const DATE_TIME = /^(\d{4})(\d{2})(\d{2})T([01]\d|2[0-3])([0-5]\d)([0-5]\d)Z$/;
const DURATION =
  /^[+-]?P(?:\d+D(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?|T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)|\d+W)$/;

function isDay(year: string, month: string, day: string): boolean {
  const at = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${year}-${month}-${day}`);
}
/** § 3.3.4, § 3.3.5 (form 2: UTC) */
export function readMoment({ value, parameters }: Property): string {
  const isDate = parameters['VALUE'] === 'DATE';
  const match = (isDate ? DATE : DATE_TIME).exec(value);
  const [, year = '', month = '', day = '', ...clock] = match ?? [];
  if (!match || !isDay(year, month, day)) throw new Error(`no moment: ${value}`);
  return isDate ? `${year}-${month}-${day}` : `${year}-${month}-${day}T${clock.join(':')}Z`;
}

type Rule = {
  type: 'text' | 'moment' | 'duration' | 'integer' | 'uri' | 'word';
  once: boolean;
  needed?: boolean;
};
const text = { type: 'text', once: true } as const;
const word = { type: 'word', once: true } as const;
const X = { type: 'text', once: false } as const;

/** § 3.6, § 3.6.1, § 3.6.5, § 3.6.6; RFC 7986 § 5. Only what may stand there with us. */
const GRAMMAR: Record<string, { properties: Record<string, Rule>; components: string[]; some?: boolean }> = {
  VCALENDAR: {
    properties: {
      VERSION: { ...word, needed: true },
      PRODID: { ...text, needed: true },
      CALSCALE: word,
      NAME: X,
      'X-WR-CALNAME': X,
      'X-PUBLISHED-TTL': { type: 'duration', once: true },
      'REFRESH-INTERVAL': { type: 'duration', once: true },
    },
    components: ['VEVENT', 'VTIMEZONE'],
    some: true,
  },
  VEVENT: {
    properties: {
      UID: { ...text, needed: true },
      DTSTAMP: { type: 'moment', once: true, needed: true },
      // Without a method, it has to begin.
      DTSTART: { type: 'moment', once: true, needed: true },
      DURATION: { type: 'duration', once: true },
      'LAST-MODIFIED': { type: 'moment', once: true },
      SEQUENCE: { type: 'integer', once: true },
      SUMMARY: text,
      DESCRIPTION: text,
      URL: { type: 'uri', once: true },
      TRANSP: word,
    },
    components: ['VALARM'],
  },
  VALARM: {
    properties: {
      ACTION: { ...word, needed: true },
      TRIGGER: { type: 'duration', once: true, needed: true },
      DESCRIPTION: { ...text, needed: true },
    },
    components: [],
  },
  VTIMEZONE: { properties: { TZID: { ...text, needed: true } }, components: ['STANDARD'], some: true },
  STANDARD: {
    properties: {
      DTSTART: { type: 'word', once: true, needed: true },
      TZOFFSETFROM: { ...word, needed: true },
      TZOFFSETTO: { ...word, needed: true },
    },
    components: [],
  },
};

const CHECKS: Record<Rule['type'], (property: Property) => void> = {
  text: ({ value }) => void readText(value),
  moment: (property) => void readMoment(property),
  duration: ({ value }) => {
    if (!DURATION.test(value)) throw new Error(`no duration: ${value}`);
  },
  integer: ({ value }) => {
    if (!/^\d{1,10}$/.test(value) || Number(value) > 2_147_483_647) throw new Error(`no integer: ${value}`);
  },
  uri: ({ value }) => {
    if (!URL.canParse(value) || /[\s<>"]/.test(value)) throw new Error(`no URI: ${value}`);
  },
  word: ({ value }) => {
    if (!/^[A-Za-z0-9.+-]+$/.test(value)) throw new Error(`no word: ${value}`);
  },
};

function check({ name, properties, components }: Component): void {
  const grammar = GRAMMAR[name];
  if (!grammar) throw new Error(`no component is called ${name}`);
  for (const property of properties) {
    const rule = grammar.properties[property.name];
    if (!rule) throw new Error(`${property.name} has no place in ${name}`);
    if (rule.once && properties.filter((one) => one.name === property.name).length > 1)
      throw new Error(`${property.name} twice in ${name}`);
    CHECKS[rule.type](property);
  }
  for (const [needed, rule] of Object.entries(grammar.properties))
    if (rule.needed && !properties.some((one) => one.name === needed))
      throw new Error(`${name} without ${needed}`);
  if (grammar.some && components.length === 0) throw new Error(`${name} without a component`);
  const start = properties.find((one) => one.name === 'DTSTART');
  const duration = properties.find((one) => one.name === 'DURATION');
  if (start?.parameters['VALUE'] === 'DATE' && duration && !/^P\d+[DW]$/.test(duration.value))
    throw new Error('a day that lasts no days');
  for (const inner of components) {
    if (!grammar.components.includes(inner.name)) throw new Error(`${inner.name} in ${name}`);
    check(inner);
  }
}

/** The one calendar of a stream. */
export function readCalendar(octets: Buffer): Component {
  const open: Component[] = [];
  let calendar: Component | undefined;
  for (const line of unfolded(octets)) {
    if (calendar) throw new Error('something after the end');
    const property = contentLine(line);
    if (property.name === 'BEGIN') open.push({ name: property.value, properties: [], components: [] });
    else if (property.name === 'END') {
      const closed = open.pop();
      if (closed?.name !== property.value) throw new Error(`${property.value} ends what was not begun`);
      const outer = open.at(-1);
      if (outer) outer.components.push(closed);
      else calendar = closed;
    } else {
      const inside = open.at(-1);
      if (!inside) throw new Error('outside of everything');
      if (inside.components.length > 0) throw new Error('a property after a component');
      inside.properties.push(property);
    }
  }
  if (!calendar || open.length > 0 || calendar.name !== 'VCALENDAR') throw new Error('no whole calendar');
  check(calendar);
  const uids = calendar.components.flatMap(({ properties }) =>
    properties.filter((one) => one.name === 'UID'),
  );
  if (new Set(uids.map(({ value }) => value)).size !== uids.length) throw new Error('a UID twice');
  return calendar;
}

export const property = (component: Component | undefined, name: string): Property | undefined =>
  component?.properties.find((one) => one.name === name);
