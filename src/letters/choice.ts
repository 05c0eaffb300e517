import { LANGUAGES } from './language.ts';
import { AUDIENCES, type Audience, audienceOf } from './rounds.ts';
import type { LetterTemplate } from './templates.ts';

const row = (template: LetterTemplate, suggested: LetterTemplate | undefined) => ({
  key: template.key,
  language: template.language,
  languageName: LANGUAGES[template.language],
  title: template.title,
  when: template.when,
  suggested: template === suggested,
  // The same letter in another language fits as well.
  fits: template.round === suggested?.round && template.key === suggested.key,
});

/** The letters to choose from, by whom they go to; the one that fits stands first, and its group before the others. */
export function letterGroups(templates: LetterTemplate[], suggested: LetterTemplate | undefined) {
  const first = suggested && audienceOf(suggested.round);
  const before = (audience: Audience) => Number(audience !== first);
  return (Object.keys(AUDIENCES) as Audience[])
    .sort((a, b) => before(a) - before(b))
    .map((audience) => ({
      audience,
      words: AUDIENCES[audience],
      templates: templates
        .filter((template) => audienceOf(template.round) === audience)
        .map((template) => row(template, suggested))
        .sort((a, b) => Number(b.suggested) - Number(a.suggested) || Number(b.fits) - Number(a.fits)),
    }))
    .filter((group) => group.templates.length > 0);
}
