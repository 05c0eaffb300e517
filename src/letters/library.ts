import { notFound } from '../problem.ts';
import { claimText } from './claims.ts';
import { type LetterTemplate, loadTemplates } from './templates.ts';

/** The letter templates, read when the first one is asked for. */
export type LetterLibrary = {
  templates: LetterTemplate[];
  find: (key: string, language: string) => LetterTemplate;
  claimText: (key: string) => string;
};

export function openLibrary(): LetterLibrary {
  let loaded: LetterTemplate[] | undefined;
  return {
    get templates() {
      loaded ??= loadTemplates();
      return loaded;
    },
    find(key, language) {
      const { templates } = this;
      const template =
        templates.find((one) => one.key === key && one.language === language) ??
        templates.find((one) => one.key === key);
      if (!template) throw notFound(`letter template ${key} in this release`);
      return template;
    },
    claimText,
  };
}
