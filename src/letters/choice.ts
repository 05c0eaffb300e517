import type { Worked } from '../outcomes/view.ts';
import { LANGUAGES } from './language.ts';
import { AUDIENCES, type Audience, audienceOf } from './rounds.ts';
import type { LetterTemplate } from './templates.ts';

const toFront = (isFirst: boolean) => (isFirst ? 0 : 1);

/** One letter in each of its languages: the suggested one first, then those that the desk reads, then English. */
function row(
  versions: LetterTemplate[],
  suggested: LetterTemplate | undefined,
  languages: string[],
  workedFrom: (templates: string[]) => Worked | null,
) {
  const order = [...languages, 'en', ...Object.keys(LANGUAGES)];
  const sorted = versions.toSorted(
    (a, b) =>
      toFront(a === suggested) - toFront(b === suggested) ||
      order.indexOf(a.language) - order.indexOf(b.language),
  );
  const [first] = sorted as [LetterTemplate];
  const expected = sorted.filter((one) => one === suggested || [...languages, 'en'].includes(one.language));
  const near = expected.length > 0 ? expected : [first];
  // Pages are English; a letter that is there in English is called by that name.
  const shown = sorted.find(({ key, language }) => key === first.key && language === 'en') ?? first;
  return {
    title: shown.title,
    when: shown.when,
    isSuggested: first === suggested,
    worked: workedFrom([...new Set(versions.map(({ key }) => key))]),
    versions: near.map((one) => button(one, one === suggested)),
    /** In languages that this reader hardly expects. */
    others: sorted.filter((one) => !near.includes(one)).map((one) => button(one, false)),
  };
}

const button = ({ key, language, title }: LetterTemplate, isMain: boolean) => ({
  key,
  language,
  languageName: LANGUAGES[language],
  title,
  isMain,
});

/**
 * The letters to choose from, by whom they go to, each once with its languages; the one that fits stands first, and
 * its group before the others. `languages` are those that the desk reads, `workedFrom` tells what
 * became of letters here.
 */
export function letterGroups(
  templates: LetterTemplate[],
  suggested: LetterTemplate | undefined,
  languages: string[],
  workedFrom: (templates: string[]) => Worked | null = () => null,
) {
  const fitting = suggested && audienceOf(suggested.round);
  const audiences = (Object.keys(AUDIENCES) as Audience[]).sort(
    (a, b) => toFront(a === fitting) - toFront(b === fitting),
  );
  return audiences.flatMap((audience) => {
    const letters = templates.filter((template) => audienceOf(template.round) === audience);
    const rows = [...Map.groupBy(letters, ({ round, rules = [] }) => [round, ...rules].join(' ')).values()]
      .map((versions) => row(versions, suggested, audience === 'desk' ? languages : [], workedFrom))
      .sort((a, b) => toFront(a.isSuggested) - toFront(b.isSuggested));
    return rows.length > 0 ? [{ audience, words: AUDIENCES[audience], letters: rows }] : [];
  });
}
