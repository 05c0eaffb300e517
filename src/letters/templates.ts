import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { BadDataFile, checkData, fileName } from '../data-file.ts';
import { closed, type Static, Type } from '../json-schema.ts';
import type { Provider } from '../providers/schema.ts';
import { CLAIM_KEYS, whenUnknown } from './claims/claims.ts';
import { NEEDS } from './facts.ts';
import { LANGUAGES } from './language.ts';
import { AUDIENCES, type Audience, audienceOf, ROUNDS, type Round } from './rounds.ts';
import { checkTemplate } from './template/check.ts';
import type { Form } from './template/forms.ts';
import type { TemplateProblem } from './template/problem.ts';

/** The kinds of desks, and those to whom a letter goes that is not for the desk. */
export const KINDS = [
  'mailbox-provider',
  'filter-vendor',
  'block-list',
  ...(Object.keys(AUDIENCES) as Audience[]).filter((audience) => audience !== 'desk'),
] as const;

/** The front matter of a letter template. */
const FrontMatter = Type.Object(
  {
    provider: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+$' })),
    kind: Type.Optional(Type.Enum([...KINDS])),
    round: Type.Enum([...ROUNDS]),
    /** Rejection rules of the provider for which this letter is meant, beside the one for all others. */
    rules: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z0-9-]+$' }), { minItems: 1 })),
    title: Type.String({ minLength: 3, maxLength: 120 }),
    when: Type.String({ minLength: 10, maxLength: 300 }),
    subject: Type.String({ minLength: 3, maxLength: 200 }),
    needs: Type.Array(Type.Enum(Object.keys(NEEDS))),
    claims: Type.Array(Type.Enum([...CLAIM_KEYS]), { uniqueItems: true }),
  },
  closed,
);

export type LetterTemplate = Omit<Static<typeof FrontMatter>, 'round' | 'needs'> & {
  /** `outlook-com/first`, `spamhaus/first-pbl`; with its language it names one file. */
  key: string;
  language: keyof typeof LANGUAGES;
  round: Round;
  needs: (keyof typeof NEEDS)[];
  /** As written. */
  body: string;
  /** Of what people made of it; null: as it is built in. */
  version: number | null;
  /** Checked, and ready to be rendered by `draftLetter`. */
  forms: { subject: Form[]; body: Form[] };
};

/** What a letter is drafted from; undefined: the catalogue does not know the provider. */
export type DraftedFrom = { template: LetterTemplate; provider: Provider | undefined };

const FOLDER = fileURLToPath(new URL('../../views/letters/', import.meta.url));

function attempt<T>(read: () => T, refuse: (why: string) => never): T {
  try {
    return read();
  } catch (error) {
    return refuse((error as Error).message);
  }
}

const told = (where: string, { line, column, words }: TemplateProblem, above: number) =>
  `${where}line ${line + above}, column ${column}: ${words}`;

/** Subject and body as checked forms. Refuses what cannot be taken, by its line in the file. */
function formsOf(
  matter: Static<typeof FrontMatter>,
  body: string,
  parts: ReadonlyMap<string, string>,
  above: number,
  refuse: (why: string) => never,
): LetterTemplate['forms'] {
  const subject = checkTemplate(matter.subject, { needs: matter.needs, parts });
  const text = checkTemplate(body, { needs: matter.needs, parts });
  const [wrong] = [
    ...subject.problems.map((problem) => told('subject, ', problem, 0)),
    ...text.problems.map((problem) => told('', problem, above)),
  ];
  if (wrong) refuse(wrong);
  const used = [...subject.claims, ...text.claims];
  const unnamed = used.find((key) => !matter.claims.includes(key));
  if (unnamed) refuse(`uses claim ${unnamed}; name it under claims in the front matter`);
  // A claim that a desk expects is listed beside the letter also when no sentence needs it.
  const idle = matter.claims.find((key) => !used.includes(key) && whenUnknown(key) !== 'warn');
  if (idle) refuse(`names claim ${idle} and never uses it; take it out of the front matter`);
  return { subject: subject.forms, body: text.forms };
}

function readTemplate(folder: string, file: string, parts: ReadonlyMap<string, string>): LetterTemplate {
  const shown = fileName(pathToFileURL(join(folder, file)));
  const refuse = (why: string): never => {
    throw new BadDataFile(`${shown}: ${why}`);
  };
  const named = /^([a-z0-9-]+)\/([a-z-]+)\.([a-z]{2})\.hbs$/.exec(file);
  const [, owner = '', round = '', language = ''] =
    named ?? refuse('must be named <provider or kind>/<round>.<language>.hbs');
  if (!(language in LANGUAGES))
    refuse(`language ${language} is not known; there is ${Object.keys(LANGUAGES).join(', ')}`);
  const [, front = '', body = ''] =
    /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(join(folder, file), 'utf8')) ??
    refuse('must begin with front matter between --- lines');
  const data: unknown = attempt(() => parseYaml(front), refuse);
  const matter = checkData(FrontMatter, data, `${shown}: front matter`);
  const variant = matter.rules && round.startsWith(`${matter.round}-`);
  if (matter.round !== round && !variant) refuse(`round is ${matter.round} and must equal the file's name`);
  if (matter.rules && !(variant && matter.provider))
    refuse('rules are for a letter of a provider, named <round>-<variant>');
  if ((matter.provider ?? matter.kind) !== owner) refuse(`provider or kind must be ${owner}, as its folder`);
  const audience = audienceOf(matter.round);
  if (matter.kind && (matter.kind in AUDIENCES ? matter.kind : 'desk') !== audience)
    refuse(`a letter of round ${matter.round} goes to ${audience}, and its kind is ${matter.kind}`);
  return {
    ...matter,
    key: `${owner}/${round}`,
    language: language as LetterTemplate['language'],
    round: matter.round,
    needs: matter.needs as LetterTemplate['needs'],
    body,
    version: null,
    forms: formsOf(matter, body, parts, front.split('\n').length + 2, refuse),
  };
}

const hbsFiles = (folder: string) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.hbs'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

/** The parts that several letters share, as text, by the name under which a template includes them. */
export function loadParts(folder: string = FOLDER): ReadonlyMap<string, string> {
  return new Map(
    hbsFiles(folder)
      .filter((name) => name.startsWith('_'))
      .map((name) => [name.slice(1, -4), readFileSync(join(folder, name), 'utf8')] as const),
  );
}

/** Reads and checks every letter template. Throws {@link BadDataFile} on the first bad one. */
export function loadTemplates(
  folder: string = FOLDER,
  parts: ReadonlyMap<string, string> = loadParts(folder),
): LetterTemplate[] {
  return hbsFiles(folder)
    .filter((name) => !name.startsWith('_'))
    .map((file) => readTemplate(folder, file, parts));
}
