/** Most sentences and longest sentence (characters) that are read; a desk's answer has far fewer. */
const MAX_SENTENCES = 250;
const MAX_SENTENCE = 900;
const WRAP_WIDTH = 50;

const LIST_MARK = /^\s*(?:[-*•·–]|\(?\d{1,2}[.)]|\([a-z]\))\s/;
const STOP = /(?<=[.!?;…])["')\]”»]?\s+|(?<=[。！？；])/u;
const ABBREVIATION =
  /(?:^|[\s(])(?:z\.B|d\.h|e\.g|i\.e|u\.a|bzw|ggf|ca|no|nr|Nr|Mr|Mrs|Ms|Dr|Hr|Fr|Sr|Sra|Dott|approx|incl|vs|p\.ej|es|bijv|o\.a|dhr|mevr|M|s\.u|evtl|Bsp|tel|Tel)\.$/;

/** A day of the month with its full stop, "15.", and what goes on behind it: "Dezember", "prosince". */
const DAY = /(?:^|\s)\d{1,2}\.$/;
const MONTHS = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat('de', { month: 'long', timeZone: 'UTC' }).format(Date.UTC(2000, month)),
);
const GOES_ON = new RegExp(`^(?:\\p{Ll}|${MONTHS.join('|')})`, 'u');

/** A number alone, as items of a list have it in front. */
const ITEM = /^\d{1,2}\.$/;

/** Whether the full stop at the end of a piece is none of a sentence. */
const isOpen = (piece: string, next: string): boolean =>
  ABBREVIATION.test(piece) || (ITEM.test(piece) && next !== '') || (DAY.test(piece) && GOES_ON.test(next));

/** Whether a line goes on on the next one, because the mail program wrapped it. */
function isWrapped(line: string, next: string): boolean {
  if (next.trim() === '' || line.trim() === '' || LIST_MARK.test(next)) return false;
  if (/[.!?:;。！？]\s*$/.test(line)) return false;
  return /^\s*[\p{Ll}("'„«]/u.test(next) || line.length >= WRAP_WIDTH;
}

function unwrapped(text: string): string[] {
  const lines = text.split('\n');
  const joined: string[] = [];
  let wrapped = false;
  for (const [at, line] of lines.entries()) {
    if (wrapped && joined.length > 0) joined.push(`${joined.pop()} ${line.trim()}`);
    else joined.push(line.trim());
    wrapped = isWrapped(line, lines[at + 1] ?? '') && (joined.at(-1)?.length ?? 0) < MAX_SENTENCE;
  }
  return joined.filter((line) => line !== '');
}

/** Words in brackets, three or more: a sentence inside a sentence. */
const INSERTED = /\s?\(([^()\s]{1,60}(?:\s[^()\s]{1,60}){2,40})\)/gu;

/** A sentence without what it has in brackets, and that; the sentence alone where it has none. */
export const withoutInserted = (sentence: string): { main: string; inserted: string[] } => ({
  main: sentence.replace(INSERTED, ''),
  inserted: [...sentence.matchAll(INSERTED)].map((found) => found[1] ?? ''),
});

/** The sentences of a text, in order, without white space around them. Lines that were wrapped are joined. */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  for (const line of unwrapped(text)) {
    let open = '';
    const pieces = line.split(STOP);
    for (const [at, piece] of pieces.entries()) {
      const whole = open === '' ? piece : `${open} ${piece}`;
      const goesOn = isOpen(whole.slice(-12), pieces[at + 1] ?? '');
      open = goesOn ? whole : '';
      if (!goesOn && whole.trim() !== '') sentences.push(whole.trim().slice(0, MAX_SENTENCE));
      if (sentences.length >= MAX_SENTENCES) return sentences;
    }
    if (open.trim() !== '') sentences.push(open.trim().slice(0, MAX_SENTENCE));
  }
  return sentences;
}
