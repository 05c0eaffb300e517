import type { Provider } from '../../providers/schema.ts';
import type { Claim } from '../claims/claims.ts';
import type { LetterFacts } from '../facts.ts';
import type { Language } from '../language.ts';
import type { Round } from '../rounds.ts';
import type { EarlierRequest, RefusedLetter, Stop } from './earlier.ts';

/** `stop`: it is not sent before it is mended, or overridden with a reason. `warn`: it hurts. `good`: it helps. */
export type Level = 'stop' | 'warn' | 'good';

/** Offsets in UTF-16 units, as a text area counts them. */
export type Span = { start: number; end: number };

/** Where in the letter: which of its two texts, the sentence, and the words in it. */
export type Place = Span & { field: 'subject' | 'body'; sentence: Span };

export type Finding = {
  /** Names the finding for an override: the check, and what it found where it can find several things. */
  key: string;
  /** The house rule, `R1` to `R18`. */
  rule: string;
  level: Level;
  /** What is found, in a few words. */
  title: string;
  advice: string;
  /** Null: it is about a fact, or about the whole letter. */
  place: Place | null;
  /** When what stops it is over; null: when it is mended. */
  until: Date | null;
};

/** A rule that only the person who writes can answer. */
export type Question = { rule: string; text: string };

/** The letter as it would leave. */
export type GateLetter = {
  subject: string;
  body: string;
  /** As the template gave it: what stands there too is no slip of the person who wrote. */
  base: string;
  language: Language;
  round: Round;
};

/** What is known about the matter of a letter. Everything may be unknown: then a check is silent. */
export type GateFacts = {
  letter: LetterFacts;
  claims: Claim[];
  /** When it leaves, or left. */
  at: Date;
  /** It left already and is only recorded now: what was too early then cannot be helped. */
  isAfterwards: boolean;
  /** The kind of desk; letters to anybody else are asked less. */
  audience: Provider['kind'] | 'others';
  providerName: string;
  /** Whether a letter of this kind shows the refusal. */
  showsRefusal: boolean;
  /** Names of other providers, as they are written. */
  otherProviders: string[];
  /** Names of the operator's lists, where it has several. */
  lists: string[];
  /** The list of somebody else that the refusal names; null: none. */
  citedList: string | null;
  /** The way to ask: what it is called, and what it takes; null where no playbook knows. */
  route: { kind: string; name: string; takesRefusal: boolean } | null;
  /** Hours that a request is left alone, and rounds after which another way is taken. */
  coolDown: { hours: number; rounds: number | null; text: string };
  /** When a further request is taken, or gets a second look, by the rule of the next step. */
  stop: Stop;
  /** Whom it goes to, as far as is known. */
  to: string;
  requests: EarlierRequest[];
  refused: RefusedLetter | null;
};
