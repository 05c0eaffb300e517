import type { Db, Trx } from '../database/open.ts';
import { notFound } from '../problem.ts';
import { claimText } from './claims/claims.ts';
import {
  findVersion,
  newestVersionId,
  newestVersionsAfter,
  textOfVersion,
  type VersionRow,
} from './editor/template-store.ts';
import { readText, sameText, type TextProblem } from './editor/template-text.ts';
import { type LetterTemplate, loadParts, loadTemplates } from './templates.ts';

/** One template of one language: what is built in, and what people made of it. */
export type Shelved = {
  key: string;
  language: string;
  builtIn: LetterTemplate | undefined;
  newest: VersionRow | undefined;
  /** What letters are drafted from; undefined: it was taken away. */
  inForce: LetterTemplate | undefined;
  /** Why what people made of it cannot be used by this release; what is built in is in force then. */
  problems: TextProblem[];
  /** A newer release has another text than the one that was changed. */
  releaseChanged: boolean;
};

type LetterOf = { template: string; language: string; template_version: number | null };

/**
 * The letter templates: those that are built in, and over them what people made of them. Each call asks the database
 * for the number of the newest version, one look-up in an index, and reads what is new: every process that shares the
 * database goes by the newest at once. A template is read and checked once for each version.
 */
export type LetterLibrary = {
  /** Texts that templates include by name. */
  parts: ReadonlyMap<string, string>;
  shelf: (db: Db | Trx) => Promise<Shelved[]>;
  /** What letters are drafted from. */
  current: (db: Db | Trx) => Promise<LetterTemplate[]>;
  /** The template that a letter was drafted from, in the version of that time. */
  of: (db: Db | Trx, letter: LetterOf) => Promise<LetterTemplate>;
  /** The same template as it is in force now; where it was taken away, as in `of`. */
  newestFor: (db: Db | Trx, letter: LetterOf) => Promise<LetterTemplate>;
  /** A version of a template, 0: the built-in one. Undefined where there is none that this release can read. */
  wording: (
    db: Db | Trx,
    named: { key: string; language: string },
    wording: number,
  ) => Promise<LetterTemplate | undefined>;
  claimText: (key: string) => string;
};

let builtIn: { templates: LetterTemplate[]; parts: ReadonlyMap<string, string> } | undefined;
/** Read when the first letter is asked for; they are part of the program. */
function readBuiltIn() {
  if (!builtIn) {
    const parts = loadParts();
    builtIn = { parts, templates: loadTemplates(undefined, parts) };
  }
  return builtIn;
}

const nameOf = ({ key, language }: { key: string; language: string }) => `${key} ${language}`;
/** Old versions that are kept at hand. */
const KEPT = 200;

function shelve(
  { key, language }: { key: string; language: string },
  original: LetterTemplate | undefined,
  newest: VersionRow | undefined,
): Shelved {
  const text = newest && textOfVersion(newest);
  const read =
    newest && text
      ? readText({ key, language }, text, {
          parts: readBuiltIn().parts,
          before: newest.claims ?? [],
          version: newest.version,
        })
      : undefined;
  const problems = read?.problems ?? [];
  const was = newest?.built_in;
  return {
    key,
    language,
    builtIn: original,
    newest,
    inForce: read && problems.length === 0 ? read.template : original,
    problems,
    releaseChanged: read !== undefined && original !== undefined && !(was && sameText(was, original)),
  };
}

export function openLibrary(): LetterLibrary {
  let upTo = 0;
  let changed = new Map<string, VersionRow>();
  let shelved: Shelved[] | undefined;
  const old = new Map<string, LetterTemplate>();

  async function shelf(db: Db | Trx): Promise<Shelved[]> {
    const newest = await newestVersionId(db);
    if (shelved && newest === upTo) return shelved;
    const rows = newest === upTo ? [] : await newestVersionsAfter(db, upTo);
    changed = new Map([
      ...changed,
      ...rows.map((row) => [nameOf({ ...row, key: row.template }), row] as const),
    ]);
    upTo = Math.max(upTo, ...rows.map((row) => row.id));
    const { templates } = readBuiltIn();
    const built = new Map(templates.map((one) => [nameOf(one), one]));
    const added = [...changed.values()]
      .map((row) => ({ key: row.template, language: row.language }))
      .filter((one) => !built.has(nameOf(one)));
    shelved = [...templates, ...added].map(({ key, language }) => {
      const name = nameOf({ key, language });
      return shelve({ key, language }, built.get(name), changed.get(name));
    });
    return shelved;
  }

  async function inForce(db: Db | Trx, { template: key, language }: LetterOf) {
    const all = await shelf(db);
    return all.find((one) => one.key === key && one.language === language)?.inForce;
  }

  /** A version as it was; undefined where this release cannot read it any more. */
  async function ofVersion(db: Db | Trx, key: string, language: string, version: number) {
    const name = `${nameOf({ key, language })} ${version}`;
    const kept = old.get(name);
    if (kept) return kept;
    const row = await findVersion(db, { key, language }, version);
    const text = row && textOfVersion(row);
    if (!text) return undefined;
    const { parts } = readBuiltIn();
    const { template, problems } = readText({ key, language }, text, {
      parts,
      before: row.claims ?? [],
      version,
    });
    if (problems.length > 0) return undefined;
    if (old.size >= KEPT) old.clear();
    old.set(name, template);
    return template;
  }

  async function wording(
    db: Db | Trx,
    { key, language }: { key: string; language: string },
    version: number,
  ) {
    if (version > 0) return ofVersion(db, key, language, version);
    return readBuiltIn().templates.find((one) => one.key === key && one.language === language);
  }

  async function find(db: Db | Trx, letter: LetterOf): Promise<LetterTemplate | undefined> {
    const { template: key, language, template_version: version } = letter;
    if (version !== null) return (await ofVersion(db, key, language, version)) ?? inForce(db, letter);
    const { templates } = readBuiltIn();
    return (
      templates.find((one) => one.key === key && one.language === language) ??
      templates.find((one) => one.key === key) ??
      inForce(db, letter)
    );
  }

  async function of(db: Db | Trx, letter: LetterOf): Promise<LetterTemplate> {
    const template = await find(db, letter);
    if (!template) throw notFound(`letter template ${letter.template} in this release`);
    return template;
  }

  return {
    get parts() {
      return readBuiltIn().parts;
    },
    shelf,
    current: async (db) => (await shelf(db)).flatMap((one) => one.inForce ?? []),
    of,
    wording,
    newestFor: async (db, letter) => (await inForce(db, letter)) ?? of(db, letter),
    claimText,
  };
}
