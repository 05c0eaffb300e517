import type { Claim } from './claims.ts';
import { type LetterFacts, type Missing, missingOf } from './facts.ts';
import type { LetterData } from './letter-helpers.ts';
import type { LetterTemplate } from './templates.ts';
import { oneLine, variablesOf } from './variables.ts';

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

/** A letter from a template: only what holds is stated. Pure; throws when the template names an unknown variable. */
export function draftLetter(template: LetterTemplate, facts: LetterFacts, claims: Claim[]): Draft {
  const used = claims.filter((claim) => template.claims.includes(claim.key));
  const missing = missingOf(template.needs, facts);
  const variables = variablesOf(facts, missing, template.language);
  const letter: LetterData = {
    claims: new Map(used.map((claim) => [claim.key, claim])),
    language: template.language,
    stated: new Map(),
  };
  const options = {
    data: { letter },
    allowProtoPropertiesByDefault: false,
    allowProtoMethodsByDefault: false,
  };
  const subject = oneLine(template.renderSubject(variables, options)).slice(0, 300);
  const body = tidy(template.renderBody(variables, options));
  return {
    subject,
    body,
    claims: used.map((claim) => ({ ...claim, stated: letter.stated.get(claim.key) ?? null })),
    missing,
  };
}
