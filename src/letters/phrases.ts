import phraseData from './phrases.json' with { type: 'json' };

/** `stop`: hurts the request at every desk. `warn`: mostly does. `rule` is the number of the house rule. */
export type LintFinding = { level: 'stop' | 'warn'; rule: string; words: string; advice: string };

/** Lower case; a `*` at the end stands for any ending. */
type PhraseRule = { rule: string; level: 'stop' | 'warn'; language: string; words: string[]; advice: string };

const RULES = phraseData as PhraseRule[];
const MAX_TEXT = 100_000;
const MAX_WORDS = 260;
/** Five words or more in capitals read as shouting. */
const SHOUTING = /(?:\b\p{Lu}{3,20}\b[ ,]{1,3}){4}\p{Lu}{3,20}\b/u;
const EXCLAIMED = /!\s?!/;
const OTHER_LISTS =
  /\bother (?:block ?)?lists?\b|\bnot listed (?:anywhere|elsewhere)|\bother providers (?:have no|accept)|\bpublic block lists?\b|\bandere[nr]? sperrlisten/i;

const isWordChar = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);

function stands(text: string, phrase: string): boolean {
  const isPrefix = phrase.endsWith('*');
  const words = isPrefix ? phrase.slice(0, -1) : phrase;
  const endsInWord = !isPrefix && isWordChar(words.at(-1));
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    if (!isWordChar(text[at - 1]) && !(endsInWord && isWordChar(text[at + words.length]))) return true;
  }
  return false;
}

/** Words of running text: the evidence, one line for each fact, is data and may be long. */
const countWords = (text: string) =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('–'))
    .join(' ')
    .split(/\s+/)
    .filter(Boolean).length;

/**
 * What an experienced postmaster would strike out, in any of the languages of letters. `quoted` (the
 * refusal) is not ours and is not judged; `audience` is the kind of desk.
 */
export function lintLetter(text: string, options: { quoted?: string; audience: string }): LintFinding[] {
  const own = (options.quoted ? text.replaceAll(options.quoted, '') : text)
    .slice(0, MAX_TEXT)
    .normalize('NFC');
  const lower = own.toLowerCase().replaceAll('’', "'").replace(/\s+/g, ' ');
  const found: LintFinding[] = RULES.flatMap(({ level, rule, words, advice }) =>
    words
      .filter((phrase) => stands(lower, phrase))
      .map((phrase) => ({ level, rule, words: phrase.replace('*', '…'), advice })),
  );
  const warn = (rule: string, words: string, advice: string) =>
    found.push({ level: 'warn', rule, words, advice });
  if (SHOUTING.test(own)) warn('R8', 'capitals', 'A line in capitals reads as shouting.');
  if (EXCLAIMED.test(own)) warn('R8', '!!', 'One full stop is enough.');
  const count = countWords(own);
  if (count > MAX_WORDS)
    warn('R4', `${count} words`, `Desks read the first ${MAX_WORDS} words at most. Cut it.`);
  if (options.audience === 'block-list' && OTHER_LISTS.test(own)) {
    warn('R14', 'other lists', 'What other lists and providers say does not count for a list operator.');
  }
  // The same word may stand in two languages; one finding is enough.
  return [...new Map(found.map((finding) => [`${finding.rule} ${finding.words}`, finding])).values()];
}
