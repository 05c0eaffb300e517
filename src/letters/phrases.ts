import phraseData from './phrases.json' with { type: 'json' };

export type LintFinding = { level: 'stop' | 'warn'; rule: string; words: string; advice: string };
type PhraseRule = { rule: string; level: 'stop' | 'warn'; languages: string[]; words: string[]; advice: string };

const RULES = phraseData as PhraseRule[];
const MAX_TEXT = 100_000;
const MAX_WORDS = 260;
/** Five words or more in capitals read as shouting. */
const SHOUTING = /(?:\b\p{Lu}{3,20}\b[ ,]{1,3}){4}\p{Lu}{3,20}\b/u;

const isWordChar = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);

function stands(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    if (!isWordChar(text[at - 1]) && !(isWordChar(words.at(-1)) && isWordChar(text[at + words.length]))) return true;
  }
  return false;
}

/** What an experienced postmaster would strike out. `quoted` (the refusal) is not ours and is not judged. */
export function lintLetter(text: string, options: { quoted?: string; audience: string }): LintFinding[] {
  const own = (options.quoted ? text.replace(options.quoted, '') : text).slice(0, MAX_TEXT);
  const lower = own.toLowerCase();
  const found: LintFinding[] = RULES.flatMap((rule) =>
    rule.words.filter((words) => stands(lower, words)).map((words) => ({ level: rule.level, rule: rule.rule, words, advice: rule.advice })),
  );
  if (SHOUTING.test(own)) found.push({ level: 'warn', rule: 'R8', words: 'capitals', advice: 'A line in capitals reads as shouting.' });
  const count = own.split(/\s+/).filter(Boolean).length;
  if (count > MAX_WORDS) found.push({ level: 'warn', rule: 'R4', words: `${count} words`, advice: `Desks read the first ${MAX_WORDS} words at most. Cut it.` });
  if (options.audience === 'block-list' && /other (?:block ?)?lists?|not listed (?:anywhere|elsewhere)/i.test(own)) {
    found.push({ level: 'warn', rule: 'R14', words: 'other lists', advice: 'What other lists say does not count for a list operator.' });
  }
  return found;
}
