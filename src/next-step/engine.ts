import { asksAnew, isRequest } from '../letters/rounds.ts';
import { addProviderHours } from '../providers/playbook.ts';
import type { Facts, Situation, Words } from './facts.ts';
import type { Button, Condition, DueRule, Rule } from './schema.ts';

/** What a person said to a step. It holds while `key` is the situation’s. */
export type StepAnswer = {
  step: string;
  key: string;
  snoozedUntil: Date | null;
  dismissedReason: string | null;
  by: string;
  at: Date;
};
export type Alternative = { id: string; what: string; button: Button };
export type Step = {
  id: string;
  what: string;
  why: string;
  button: Button | null;
  /** Beside the button. */
  also: Button[];
  /** What else would be right, the best first. */
  alternatives: Alternative[];
  due: Date | null;
  waits: boolean;
  /** Whether somebody is told once when it is due. */
  reminds: boolean;
  dismissible: boolean;
  snoozed: StepAnswer | null;
  dismissed: (StepAnswer & { what: string })[];
  source: string;
  verified: boolean;
};

const equals = (value: unknown, wanted: string | boolean): boolean =>
  Array.isArray(value) ? value.includes(wanted) : value === wanted;

/** Whether a fact fulfils a condition; what is not known fulfils only `not`. */
export function fulfils(value: unknown, condition: Condition): boolean {
  if (typeof condition === 'string' || typeof condition === 'boolean') return equals(value, condition);
  if (Array.isArray(condition)) return condition.some((one) => equals(value, one));
  if ('not' in condition) return !condition.not.some((one) => equals(value, one));
  if (typeof value !== 'number') return false;
  const { atLeast = Number.NEGATIVE_INFINITY, below = Number.POSITIVE_INFINITY } = condition;
  return value >= atLeast && value < below;
}

const holds = ({ when }: Rule, facts: Facts): boolean =>
  when.some((all) =>
    Object.entries(all).every(([name, condition]) => fulfils(facts[name as keyof Facts], condition)),
  );

const writes = (button: Button): boolean => button.go === 'letter' && button.elsewhere !== true;
/** Asks the provider for something; thanks and a question about the cause do not. */
const asks = (button: Button): boolean =>
  writes(button) && (button.round === undefined || isRequest(button.round));

const beginsAnew = (button: Button): boolean =>
  writes(button) && button.round !== undefined && asksAnew(button.round);

/** The desk reads a letter of that round; without a round, some letter at all. */
const isRead = ({ round }: Button, { rounds }: Facts): boolean =>
  rounds === null || (round === undefined ? rounds.length > 0 : rounds.includes(round));

/**
 * A button that would harm now: a letter in a cool-down, a new request where nothing has changed since the last, or to a
 * desk that takes none or reads none.
 */
const isHarmful = (button: Button, facts: Facts): boolean =>
  (asks(button) && !facts.mayWrite) ||
  (beginsAnew(button) && facts.asksTooSoon) ||
  (writes(button) && !(facts.takesLetters && isRead(button, facts)));
const isAllowed = (rule: Rule, facts: Facts): boolean =>
  !isHarmful(rule.button, facts) && !(rule.replies === true && facts.onlyReceipt);

/** Names such as iCloud keep their small letter. */
const BRAND = /^[a-z]{1,2}[A-Z]/;
const capital = (text: string) => (BRAND.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1));

const NAME = /\{(\w+)\}/g;
const plain = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
/** What a sentence names in braces. */
export const namesIn = (text: string): string[] =>
  [...text.matchAll(NAME)].map(([, name = '']) => plain(name));

/** Names in braces become what they stand for; `{Name}` begins with a capital, and so does the sentence. */
export function fill(text: string, words: Words): string {
  const filled = text.replace(NAME, (_, name: string) => {
    const key = plain(name) as keyof Words;
    return name === key ? words[key] : capital(words[key]);
  });
  return capital(filled.replace(/ {2,}/g, ' ').trim());
}

/** A bounce may be older than its incident: no step is due before there was somebody to take it. */
function dueAt(due: DueRule | undefined, { moments, effectHours, workingDays }: Situation): Date | null {
  if (!due) return null;
  const from = due.from.map((name) => moments[name]).find((at) => at !== null);
  if (!from) return null;
  const counted = due.workingDays === 'always' || (due.workingDays === 'provider' && workingDays);
  const at = addProviderHours(from, due.hours === 'effect' ? effectHours : due.hours, counted);
  return moments.opened && moments.opened > at ? moments.opened : at;
}

const sameButton = (a: Button, b: Button) => a.go === b.go && a.round === b.round;

function alternativesOf(step: Rule, others: Rule[], { facts, words }: Situation): Alternative[] {
  const shown = [step.button, ...step.also];
  const alternatives: Alternative[] = [];
  for (const rule of others) {
    const isTold = [...shown, ...alternatives.map(({ button }) => button)].some((one) =>
      sameButton(one, rule.button),
    );
    if (isTold || rule.dismissible === false || !isAllowed(rule, facts)) continue;
    if (step.waits && writes(rule.button)) continue;
    alternatives.push({ id: rule.id, what: fill(rule.what, words), button: rule.button });
  }
  return alternatives.slice(0, MOST_ALTERNATIVES);
}
const MOST_ALTERNATIVES = 4;

/** The rules that hold and do no harm, the first first. */
export const matching = (rules: Rule[], facts: Facts): Rule[] =>
  rules.filter((rule) => holds(rule, facts) && isAllowed(rule, facts));

/**
 * The one next step of an incident that is not closed. Steps that a person dismissed are passed over while nothing
 * has changed; what was snoozed stays, due later. Undefined: no rule holds, which the last one does for every state.
 */
export function chooseStep(
  rules: Rule[],
  situation: Situation,
  answers: StepAnswer[],
  now: Date,
): Step | undefined {
  const { facts, words, key } = situation;
  const standing = answers.filter((answer) => answer.key === key);
  const dismissed = new Map(
    standing.filter((one) => one.dismissedReason !== null).map((one) => [one.step, one]),
  );
  const found = matching(rules, facts);
  const open = found.filter((rule) => rule.dismissible === false || !dismissed.has(rule.id));
  const [rule, ...others] = open;
  if (!rule) return undefined;
  // When that time has come, it is due since then.
  const putOff = standing.find((one) => one.step === rule.id && one.snoozedUntil !== null);
  const isWaiting = putOff?.snoozedUntil != null && putOff.snoozedUntil > now;
  return {
    id: rule.id,
    what: fill(rule.what, words),
    why: fill(rule.why, words),
    button: rule.button,
    also: rule.also.filter((button) => !isHarmful(button, facts) && !(rule.waits === true && asks(button))),
    alternatives: alternativesOf(rule, others, situation),
    due: putOff?.snoozedUntil ?? dueAt(rule.due, situation),
    waits: rule.waits === true,
    reminds: rule.reminds !== false || putOff !== undefined,
    dismissible: rule.dismissible !== false,
    snoozed: isWaiting ? (putOff ?? null) : null,
    dismissed: found.flatMap((one) => {
      const answer = dismissed.get(one.id);
      return answer && one.dismissible !== false ? [{ ...answer, what: fill(one.what, words) }] : [];
    }),
    source: rule.source,
    verified: rule.verified,
  };
}
