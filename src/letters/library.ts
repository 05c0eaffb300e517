import { notFound } from '../problem.ts';
import { claimText } from './claims.ts';
import { type LetterTemplate, loadTemplates } from './templates.ts';

/** The letter templates, loaded once at start. */
export type LetterLibrary = {
  templates: LetterTemplate[];
  find: (key: string, language: string) => LetterTemplate;
  claimText: (key: string) => string;
};

export function openLibrary(): LetterLibrary {
  const templates = loadTemplates();
  return {
    templates,
    find(key, language) {
      const template =
        templates.find((one) => one.key === key && one.language === language) ??
        templates.find((one) => one.key === key);
      if (!template) throw notFound(`letter template ${key} in this release`);
      return template;
    },
    claimText,
  };
}
