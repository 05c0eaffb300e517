import { Type } from '../../json-schema.ts';
import { whenUnknown } from '../claims/claims.ts';
import type { Language } from '../language.ts';
import { type Round, roundOfName } from '../rounds.ts';
import { checkTemplate } from '../template/check.ts';
import { MAX_TEMPLATE } from '../template/parse.ts';
import type { TemplateProblem } from '../template/problem.ts';
import { KINDS, type LetterTemplate } from '../templates.ts';

/** What a person writes of a template; needs and claims follow from it. */
export type TemplateText = { title: string; when: string; subject: string; body: string };
export const TEXT_FIELDS = {
  title: Type.String({ minLength: 3, maxLength: 120, description: 'a title of at least 3 characters' }),
  when: Type.String({
    minLength: 10,
    maxLength: 300,
    description: 'a sentence that says when it fits, of at least 10 characters',
  }),
  subject: Type.String({ minLength: 3, maxLength: 200, description: 'a subject of at least 3 characters' }),
  body: Type.String({ minLength: 1, maxLength: MAX_TEMPLATE, description: 'the text of the letter' }),
};
/** Characters of what a person says to a version. */
export const MAX_NOTE = 300;
/** Lines of a template: what can still be compared with another version at once. */
export const MAX_LINES = 500;

export type TextProblem = TemplateProblem & { field: 'subject' | 'body' };
type Named = { key: string; language: string };

/** Line ends as they are kept, and nothing that no database takes. */
export const plainText = ({ title, when, subject, body }: TemplateText): TemplateText => {
  const line = (text: string) =>
    text
      .replace(/[\s\0]+/g, ' ')
      .trim()
      .toWellFormed();
  return {
    title: line(title),
    when: line(when),
    subject: line(subject),
    body: `${body.replace(/\r\n?/g, '\n').replaceAll('\0', '').trimEnd().toWellFormed()}\n`,
  };
};

export const textOf = ({ title, when, subject, body }: TemplateText): TemplateText => ({
  title,
  when,
  subject,
  body,
});
export const sameText = (a: TemplateText, b: TemplateText) =>
  a.title === b.title &&
  a.when === b.when &&
  a.subject === b.subject &&
  a.body.trimEnd() === b.body.trimEnd();

/** A key names whom a template is for and its round: `outlook-com/first`, `block-list/first`. */
export function partsOfKey(key: string): { owner: string; round: string; of: 'provider' | 'kind' } {
  const [owner = '', round = ''] = key.split('/');
  return { owner, round, of: (KINDS as readonly string[]).includes(owner) ? 'kind' : 'provider' };
}

/** The claims of a text: in the order of `before`, with those of it that a desk expects in any case, then the new ones. */
function claimsOf(used: string[], before: readonly string[]): string[] {
  const kept = before.filter((key) => used.includes(key) || whenUnknown(key) === 'warn');
  return [...new Set([...kept, ...used])];
}

/**
 * Makes a template of what a person wrote. With problems, its forms are not to be rendered. `before` are the claims of
 * the text that it follows. Never throws.
 */
export function readText(
  { key, language }: Named,
  text: TemplateText,
  {
    parts,
    before = [],
    version,
  }: { parts: ReadonlyMap<string, string>; before?: readonly string[]; version: number | null },
): { template: LetterTemplate; problems: TextProblem[] } {
  const subject = checkTemplate(text.subject, { parts });
  const body = checkTemplate(text.body, { parts });
  const lines = text.body.split('\n').length - 1;
  const { owner, round, of } = partsOfKey(key);
  return {
    template: {
      ...text,
      ...(of === 'kind' ? { kind: owner as (typeof KINDS)[number] } : { provider: owner }),
      key,
      language: language as Language,
      ...(roundOfName(round) as { round: Round; rules?: string[] }),
      needs: [...new Set([...subject.needs, ...body.needs])],
      claims: claimsOf([...new Set([...subject.claims, ...body.claims])], before),
      forms: { subject: subject.forms, body: body.forms },
      version,
    },
    problems: [
      ...subject.problems.map((problem) => ({ ...problem, field: 'subject' as const })),
      ...body.problems.map((problem) => ({ ...problem, field: 'body' as const })),
      ...(lines > MAX_LINES
        ? [
            {
              line: MAX_LINES + 1,
              column: 1,
              words: `A template has at most ${MAX_LINES} lines.`,
              field: 'body' as const,
            },
          ]
        : []),
    ],
  };
}
