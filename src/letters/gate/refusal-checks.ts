import { letterTime } from '../language.ts';
import type { Check, Context } from './context.ts';
import { opening, placeOf } from './context.ts';
import { findPhrase } from './folded.ts';

const HOUR = 3_600_000;
/** A refusal says that the block stands only while it is this fresh, in hours. */
const FRESH_HOURS = 24;
/** Letters that open a matter; what answers in a ticket is not held up by an older line. */
const OPEN_IT = ['first', 'escalation', 'range'];
const ZONE = /\b(?:UTC|GMT|CES?T|MES?Z|EST|EDT|PST|PDT|Z)\b|[+-](?:0\d|1[0-4]):?[0-5]\d\b|\dZ\b/;

const needsRefusal = ({ facts }: Context) => facts.showsRefusal && facts.letter.refusal !== null;

const squeezed = (text: string) => text.replace(/\s+/g, ' ').trim();

function isWhole({ facts, body }: Context): boolean {
  const text = facts.letter.refusal?.text.trim() ?? '';
  return (
    body.hidden.some(({ start, end }) => end - start >= text.length) ||
    squeezed(body.text).includes(squeezed(text))
  );
}

/** Whether at least the refusal's codes stand in the letter. */
const hasCodes = ({ facts, body }: Context) =>
  (facts.letter.refusal?.codes ?? '')
    .split(' ')
    .filter(Boolean)
    .every((code) => body.text.includes(code));

/** Hours between the newest refusal and the letter; null: none is known. */
function ageOf({ facts }: Context): { seen: number; told: number } | null {
  const { refusal, incident } = facts.letter;
  if (!refusal) return null;
  const told = refusal.recordedAt ?? refusal.at ?? facts.at;
  const seen = Math.max(Number(refusal.at ?? told), Number(incident.lastRejectionAt ?? 0));
  return { seen: (Number(facts.at) - seen) / HOUR, told: (Number(facts.at) - Number(told)) / HOUR };
}

const ageWords = (hours: number) =>
  hours < 72
    ? `${Math.round(hours)} hours old`
    : `${Math.round(hours / 24).toLocaleString('en-GB')} days old`;

export const REFUSAL_CHECKS: Record<string, Check> = {
  'refusal-left-out': (context) =>
    needsRefusal(context) && !isWhole(context) && !hasCodes(context)
      ? [
          context.facts.route?.takesRefusal
            ? {
                level: 'warn',
                advice: 'The form has a field of its own for it; say at least its codes here.',
              }
            : {},
        ]
      : [],
  'refusal-shortened': (context) =>
    needsRefusal(context) && !isWhole(context) && hasCodes(context) ? [{}] : [],
  'refusal-whole': (context) => {
    const [span] = context.body.hidden;
    return needsRefusal(context) && isWhole(context) && span ? [{ place: placeOf(context.body, span) }] : [];
  },
  'refusal-without-zone': (context) => (needsRefusal(context) && !ZONE.test(context.body.text) ? [{}] : []),
  // Whoever corrects it in the letter has heard it.
  'refusal-time-guessed': (context) => {
    const { at, isGuess } = context.facts.letter.refusal ?? {};
    if (!needsRefusal(context) || !at || !isGuess) return [];
    const words = letterTime(at, context.letter.language);
    const start = context.body.text.indexOf(words);
    return start === -1 ? [] : [{ place: placeOf(context.body, { start, end: start + words.length }) }];
  },
  // Pasted today, it was looked for today: how old it is stands beside it. Known for a day, nobody has looked again.
  'refusal-old': (context) => {
    const age = ageOf(context);
    if (!needsRefusal(context) || !age || age.seen <= FRESH_HOURS) return [];
    const isKnownLong = age.told > FRESH_HOURS && OPEN_IT.includes(context.letter.round);
    return [
      {
        title: ageWords(age.seen),
        level: isKnownLong && !context.facts.isAfterwards ? 'stop' : 'warn',
      },
    ];
  },
  'list-not-named': ({ facts, letter, subject, body }) => {
    const isAboutList =
      facts.audience === 'block-list' && facts.lists.length > 1 && OPEN_IT.includes(letter.round);
    const { blockCode } = facts.letter;
    const names = [...facts.lists, blockCode].filter(Boolean).map((name) => name.toLowerCase());
    const isNamed = names.some((name) =>
      [subject, body].some((part) => part.text.toLowerCase().includes(name)),
    );
    return isAboutList && !isNamed ? [{}] : [];
  },
  'list-of-others': ({ facts }) =>
    facts.citedList && facts.audience !== 'others' ? [{ title: facts.citedList }] : [],
  'other-provider': ({ facts, body, subject }) =>
    facts.audience === 'others'
      ? []
      : [subject, body]
          .flatMap((part) =>
            facts.otherProviders.slice(0, 300).flatMap((name) =>
              findPhrase(part.folded, name.toLowerCase(), 1)
                // As a name is written: “orange” is a fruit.
                .filter((span) => part.text.slice(span.start, span.end) === name)
                .map((span) => ({ of: name, title: name, place: placeOf(part, span) })),
            ),
          )
          .slice(0, 3),
  'wrong-desk': ({ facts, letter, body }) =>
    facts.route?.kind === 'none' && OPEN_IT.includes(letter.round)
      ? [{ title: facts.route.name, place: placeOf(body, opening(body)) }]
      : [],
};
