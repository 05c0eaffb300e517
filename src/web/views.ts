import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import type { FlashPiece } from './flash.ts';
import {
  ago,
  clock,
  count,
  day,
  duration,
  exact,
  inShort,
  isoDay,
  longDay,
  near,
  offset,
  roughly,
  upTo,
} from './format.ts';

/** A number stays beside its unit where a line ends. */
const unbroken = (words: string) => words.replaceAll(/(\d) /g, '$1\u00a0');

const FOLDER = fileURLToPath(new URL('../../views/', import.meta.url));

/** What every page shows around its own content. */
export type PageFrame = {
  viewer: {
    name: string;
    timeZone: string;
    theme: string;
    singleKeys: boolean;
    canWrite: boolean;
    isAdmin: boolean;
  } | null;
  now: Date;
  csrf: string;
  once: string;
  flash: FlashPiece[];
  demo: boolean;
  /** Whether passkeys can be used at this desk's address. */
  passkeys: boolean;
  path: string;
  assets: string;
  counts: {
    needYou: number;
    notClosed: number;
    unfiled: number;
    unfiledMark: string;
    unread: number;
  } | null;
};

type Options = Handlebars.HelperOptions;
const frameOf = (options: Options) => options.data.root.frame as PageFrame;
const zoneOf = (options: Options) => frameOf(options).viewer?.timeZone ?? 'UTC';
const safe = (html: string) => new Handlebars.SafeString(html);
const escapeText = Handlebars.escapeExpression;

function timeTag(at: Date, shown: string, options: Options): Handlebars.SafeString {
  return safe(
    `<time datetime="${at.toISOString()}" title="${escapeText(exact(at, zoneOf(options)))}">${escapeText(shown)}</time>`,
  );
}

/** On paper no time is relative: what was "14 h ago" is that only on the day of printing. */
const isPaper = (options: Options) => options.data.root.paper === true;
const onPaper = (at: Date, options: Options) => `${day(at, zoneOf(options))}, ${clock(at, zoneOf(options))}`;

const ADDRESS = /((?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2})?|(?:[\da-f]{0,4}:){3,7}[\da-f]{0,4}(?:\/\d{1,3})?)/i;

/** The helpers of all templates: marks, times and numbers. Whatever decides something belongs in a page's `page.ts`. */
export const HELPERS: Record<string, Handlebars.HelperDelegate> = {
  icon: (name: string) => safe(`<svg class="i" aria-hidden="true"><use href="#${escapeText(name)}"/></svg>`),
  smallIcon: (name: string) =>
    safe(`<svg class="i i-s" aria-hidden="true"><use href="#${escapeText(name)}"/></svg>`),
  near: (at: Date, options: Options) =>
    timeTag(
      at,
      isPaper(options) ? onPaper(at, options) : near(at, frameOf(options).now, zoneOf(options)),
      options,
    ),
  day: (at: Date, options: Options) => timeTag(at, day(at, zoneOf(options)), options),
  /** A calendar day, which has no zone: `2026-03-10` as `10 March 2026`. */
  date: (text: string) => day(new Date(`${text}T00:00:00Z`), 'UTC'),
  minute: (at: Date, options: Options) =>
    timeTag(
      at,
      `${longDay(at, zoneOf(options))}, ${clock(at, zoneOf(options))} ${offset(at, zoneOf(options))}`,
      options,
    ),
  clock: (at: Date, options: Options) => timeTag(at, clock(at, zoneOf(options)), options),
  exact: (at: Date, options: Options) => timeTag(at, exact(at, zoneOf(options)), options),
  ago: (at: Date, options: Options) => timeTag(at, unbroken(ago(at, frameOf(options).now)), options),
  age: (at: Date, options: Options) =>
    timeTag(
      at,
      isPaper(options)
        ? onPaper(at, options)
        : unbroken(roughly(frameOf(options).now.getTime() - at.getTime())),
      options,
    ),
  /** A machine's words in a sentence of ours: addresses in the machine's voice. */
  withAddresses: (text: string) =>
    safe(
      text
        .split(ADDRESS)
        .map((part, index) => (index % 2 ? `<span class="ip">${escapeText(part)}</span>` : escapeText(part)))
        .join(''),
    ),
  isoDay: (at: Date, options: Options) => isoDay(at, zoneOf(options)),
  offset: (at: Date, options: Options) => offset(at, zoneOf(options)),
  duration: (ms: number | null) => unbroken(ms === null ? 'an unknown time' : duration(ms)),
  inShort: (ms: number | null) => (ms === null ? 'unknown' : unbroken(inShort(ms))),
  roughly: (ms: number) => unbroken(roughly(ms)),
  count: (value: number) => count(value),
  upTo: (value: number) => upTo(value),
  /** A number that is counted no further than a hundred. */
  upTo99: (value: number) => (value > 99 ? '99+' : String(value)),
  stateIcon: (state: string) => `s-${state}`,
  isPast: (at: Date, options: Options) => at < frameOf(options).now,
  /** Words and lists of words in one line, without those that are empty. */
  joined: (...words: unknown[]) => words.slice(0, -1).flat().filter(Boolean).join(', '),
  wordsIf: (yes: unknown, words: string) => (yes ? words : ''),
  /** The words of a choice, by its key. */
  wordsOf: (choices: { key: unknown; words: string }[], key: unknown) =>
    choices.find((one) => String(one.key) === String(key))?.words ?? '',
  longList: (list: unknown[]) => list.length > 6,
  is: (a: unknown, b: unknown) => a === b,
  selected: (a: unknown, b: unknown) => (String(a) === String(b) ? safe(' selected') : ''),
  checked: (yes: unknown) => (yes ? safe(' checked') : ''),
  current: (yes: unknown) => (yes ? safe(' aria-current="page"') : ''),
  /** The message beside a field, announced with it. */
  fieldError: (errors: Record<string, string> | undefined, name: string) =>
    errors?.[name]
      ? safe(`<span class="field-error" id="error-${escapeText(name)}">${escapeText(errors[name])}</span>`)
      : '',
  invalid: (errors: Record<string, string> | undefined, name: string) =>
    errors?.[name] ? safe(` aria-invalid="true" aria-describedby="error-${escapeText(name)}"`) : '',
};

function templateFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile() && file.name.endsWith('.hbs'))
    .map((file) => relative(FOLDER, join(file.parentPath, file.name)))
    .filter((file) => !file.startsWith('letters/'));
}

const nameOf = (file: string) => file.replace(/\.hbs$/, '').replaceAll('\\', '/');

/** Compiled pages by name (`incidents/show`). A missing variable throws: a page never has a silent hole. */
export type Views = { render: (name: string, data: object) => string };

export function loadViews(): Views {
  const handlebars = Handlebars.create();
  handlebars.registerHelper(HELPERS);
  // With all helpers known, a name in a template is either one of them or a value: nothing is looked up twice.
  const knownHelpers = Object.fromEntries(Object.keys(HELPERS).map((name) => [name, true]));
  const options = { strict: true, preventIndent: true, knownHelpersOnly: true, knownHelpers };
  const pages = new Map<string, Handlebars.TemplateDelegate>();
  for (const file of templateFiles(FOLDER)) {
    const template = handlebars.compile(readFileSync(join(FOLDER, file), 'utf8'), options);
    const name = nameOf(file);
    // `_row.hbs` in `desk/` is the partial `desk/row`.
    if (/(^|\/)_/.test(name)) handlebars.registerPartial(name.replace(/(^|\/)_/, '$1'), template);
    else if (name.startsWith('layouts/')) handlebars.registerPartial(name, template);
    else pages.set(name, template);
  }
  return {
    render(name, data) {
      const page = pages.get(name);
      if (!page) throw new Error(`no view named ${name}`);
      return page(data, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false });
    },
  };
}
