import { partsOfReply } from '../correspondence/reading/newest-part.ts';
import { readableText } from '../correspondence/reading/reply-text.ts';
import { sentencesOf } from '../correspondence/reading/sentences.ts';

/** More questions than this no desk asks; what is longer is cut at a word. */
const MAX_QUESTIONS = 12;
const MAX_QUESTION = 300;

/** How desks ask without a question mark, in the languages of letters. */
const ASKS =
  /^(?:\W{0,3}\d{0,2}[.)]?\s*)?(?:please (?:provide|send|confirm|let us know|tell us|reply with|include|specify|describe|explain|state|share)|(?:kindly|could you) |we (?:need|require) |bitte (?:teilen|senden|nennen|bestätigen|geben)|wir benötigen|veuillez |merci de |nous avons besoin|(?:vi|la) preghiamo|per favore|por favor|necesitamos|(?:graag|gelieve) |wij hebben nodig)/iu;
/** What every answer ends with is nothing that they want to know. */
const COURTESY =
  /(?:any (?:further|other|more) (?:question|information|help)|(?:feel free|do not hesitate)|help you with|contact us|reply to this (?:mail|e-?mail|message)|thank you)/iu;
/** `1. A sample` is one item, and no sentence “1.” before another. */
const NUMBER = /^([ \t]{0,20}\d{1,2})\. /gm;
const LIST_MARK = /^\s*(?:[-*•·–]|\(?\d{1,2}[.)]|\([a-z]\))\s+/;

function cut(text: string): string {
  const line = text.replace(LIST_MARK, '').replace(/\s+/g, ' ').trim();
  if (line.length <= MAX_QUESTION) return line;
  const short = line.slice(0, MAX_QUESTION);
  return `${short.slice(0, Math.max(short.lastIndexOf(' '), 200))} …`;
}

/**
 * What an answer wants to know, as it was written: its questions, its requests, and the items of a list that follows
 * such a request. Empty when none is recognised.
 */
export function questionsOf(text: string): string[] {
  const found: string[] = [];
  let isListOpen = false;
  const { newest } = partsOfReply(readableText(text));
  for (const sentence of sentencesOf(newest.replace(NUMBER, '$1) '))) {
    const isItem = LIST_MARK.test(sentence);
    const isAsked = sentence.endsWith('?') || ASKS.test(sentence);
    // “Please provide:” is asked by the items that follow it.
    const opensList = /:\s*$/.test(sentence);
    if ((isAsked || (isListOpen && isItem)) && !opensList && !COURTESY.test(sentence))
      found.push(cut(sentence));
    isListOpen = opensList || (isListOpen && isItem);
  }
  return [...new Set(found)].slice(0, MAX_QUESTIONS);
}
