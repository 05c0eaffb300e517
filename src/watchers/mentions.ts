/** Who can be mentioned. */
export type Person = { id: number; name: string; email: string };
/** A person mentioned in a text, and the words by which they were, `@` included. */
export type Mention = { id: number; words: string };

/** More than these in one text are taken for something else. */
const MENTIONS_MAX = 50;

/** An `@` that begins a word: in the middle of one it is an e-mail address. */
const AT = /(?<![\p{L}\p{N}\p{M}._@+-])@(?=[\p{L}\p{N}])/gu;
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}._'’-]*/uy;
const inWord = (character: string | undefined) =>
  character !== undefined && /[\p{L}\p{N}\p{M}]/u.test(character);

const folded = (text: string) => text.normalize('NFC').toLowerCase();
const bare = (word: string) => word.replace(/[._'’-]+$/, '');
const firstWord = (name: string) => folded(name.trim().split(/\s+/)[0] ?? '');
const localPart = (email: string) => folded(email.slice(0, email.lastIndexOf('@')));

/** Where a person may be mentioned in a text, with the first word of it, in small letters. */
function places(text: string): { at: number; word: string }[] {
  const found: { at: number; word: string }[] = [];
  for (const { index } of text.matchAll(AT)) {
    WORD.lastIndex = index + 1;
    const word = WORD.exec(text)?.[0];
    if (word) found.push({ at: index, word: folded(word) });
    if (found.length === MENTIONS_MAX) break;
  }
  return found;
}

/** The first words of whoever may be mentioned in a text: who has none of them as first name or in their address is not. */
export const wordsOfMentions = (text: string): string[] => [
  ...new Set(places(text).flatMap(({ word }) => [word, bare(word)])),
];

/** The person meant at a place: by full name, by a first name that only one has, or by the local part of their address. */
function personAt(text: string, at: number, word: string, people: Person[]): Mention | undefined {
  const after = folded(text.slice(at + 1, at + 1 + 130));
  const meant: { id: number; length: number }[] = people
    .filter(({ name }) => after.startsWith(folded(name)) && !inWord(after[name.length]))
    .map(({ id, name }) => ({ id, length: name.length }));
  for (const spelling of new Set([word, bare(word)]))
    for (const key of [({ name }: Person) => firstWord(name), ({ email }: Person) => localPart(email)]) {
      const [one, other] = people.filter((person) => key(person) === spelling);
      if (one && !other) meant.push({ id: one.id, length: spelling.length });
    }
  // The longest wins; of equals, the full name, then the first name.
  const best = meant.toSorted((one, other) => other.length - one.length)[0];
  return best && { id: best.id, words: text.slice(at, at + 1 + best.length) };
}

/** The people whom a text mentions, each once for each spelling, in its order. */
export function findMentions(text: string, people: Person[]): Mention[] {
  const found = new Map<string, Mention>();
  for (const { at, word } of places(text)) {
    const mention = personAt(text, at, word, people);
    if (mention) found.set(mention.words, mention);
  }
  return [...found.values()];
}

/** A text cut at the words of its mentions, for showing them as such. */
export function mentionParts(text: string, words: string[]): { text: string; mention: boolean }[] {
  if (words.length === 0) return [{ text, mention: false }];
  const longestFirst = words.toSorted((one, other) => other.length - one.length);
  const parts: { text: string; mention: boolean }[] = [];
  let from = 0;
  for (const { index } of text.matchAll(AT)) {
    const meant = longestFirst.find(
      (one) => text.startsWith(one, index) && !inWord(text[index + one.length]),
    );
    if (!meant || index < from) continue;
    if (index > from) parts.push({ text: text.slice(from, index), mention: false });
    parts.push({ text: meant, mention: true });
    from = index + meant.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), mention: false });
  return parts;
}
