import { type Claim, claimWords } from './claims/claims.ts';
import { type LetterFacts, type Missing, missingOf } from './facts.ts';
import { joinArticles } from './language.ts';
import { oneLine, variablesOf } from './letter-values.ts';
import type { LetterData } from './template/claim-data.ts';
import { renderForms } from './template/interpret.ts';
import { valuesOf } from './template/values.ts';
import type { LetterTemplate } from './templates.ts';

export type Draft = { subject: string; body: string; claims: Claim[]; missing: Missing[] };

/** Blanks at line ends, empty bullets and double empty lines go: what was left out leaves no trace. */
export function tidy(text: string): string {
  return `${text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '–')
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** A letter from a template: only what holds is stated. Pure. Throws the problem `invalid` when it becomes too long. */
export function draftLetter(template: LetterTemplate, facts: LetterFacts, claims: Claim[]): Draft {
  const used = claims
    .filter((claim) => template.claims.includes(claim.key))
    .map((claim) =>
      claim.status === 'supported' ? { ...claim, words: claimWords(claim, template.language) } : claim,
    );
  const missing = missingOf(template.needs, facts);
  const values = valuesOf(variablesOf(facts, missing, template.language));
  const letter: LetterData = {
    claims: new Map(used.map((claim) => [claim.key, claim])),
    language: template.language,
    stated: new Map(),
  };
  const inLanguage = (text: string) => joinArticles(text, template.language);
  const subject = oneLine(inLanguage(renderForms(template.forms.subject, values, letter))).slice(0, 300);
  const body = tidy(inLanguage(renderForms(template.forms.body, values, letter)));
  return {
    subject,
    body,
    claims: used.map((claim) => ({ ...claim, stated: letter.stated.get(claim.key) ?? null })),
    missing,
  };
}
