import type { GateFacts, GateLetter, Level, Place, Span } from './finding.ts';
import { type Folded, fold, spansOf } from './folded.ts';
import { placeIn, sentenceSpans } from './sentences.ts';

/** One of a letter's two texts, taken apart once for all checks. `hidden` is what others said. */
export type GateText = {
  field: Place['field'];
  text: string;
  hidden: Span[];
  folded: Folded;
  sentences: Span[];
};

export type Context = { letter: GateLetter; facts: GateFacts; subject: GateText; body: GateText };

/** What a check found. What is left out stands in the rule. */
export type Hit = {
  level?: Level;
  /** Tells apart what one check can find several times. */
  of?: string;
  title?: string;
  advice?: string;
  place?: Place;
  until?: Date;
};
export type Check = (context: Context) => Hit[];

export const MAX_TEXT = 100_000;

function merged(spans: Span[]): Span[] {
  const inOrder = spans.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const out: Span[] = [];
  for (const span of inOrder) {
    const last = out.at(-1);
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end);
    else out.push({ ...span });
  }
  return out;
}

function takeApart(field: Place['field'], whole: string, quotes: string[]): GateText {
  const text = whole.slice(0, MAX_TEXT);
  const hidden = merged(quotes.flatMap((quote) => spansOf(text, quote)));
  return { field, text, hidden, folded: fold(text, hidden), sentences: sentenceSpans(text) };
}

/** A letter as the checks read it. The refusal and the desk's own words are not ours and are not judged. */
export function contextOf(letter: GateLetter, facts: GateFacts): Context {
  const quotes = [facts.letter.refusal?.text.trim() ?? '', facts.letter.lastReply?.quote.trim() ?? ''];
  return {
    letter,
    facts,
    subject: takeApart('subject', letter.subject, quotes),
    body: takeApart('body', letter.body, quotes),
  };
}

export const placeOf = ({ field, sentences }: GateText, span: Span): Place => placeIn(field, sentences, span);

export const isHidden = ({ hidden }: GateText, at: number) =>
  hidden.some((span) => at >= span.start && at < span.end);

/** The first paragraph after the salutation: what a desk reads before it decides to go on. */
export function opening({ text }: GateText): Span {
  const greeting = /^[^\n]{1,60}[,:]\n+/.exec(text)?.[0].length ?? 0;
  const end = text.indexOf('\n\n', greeting);
  return { start: greeting, end: end === -1 ? text.length : end };
}
