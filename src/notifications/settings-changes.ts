import { asText, type Change, changesBetween } from '../audit/changes.ts';
import { ruleWords, timesForm, WAY_WORDS } from './page.ts';
import type { Rule } from './rules.ts';
import type { NoticeSettings } from './settings.ts';
import { TOPICS } from './topics.ts';

/** Pure: what somebody changed about being told, as the audit log has it. */

const wordsOf = (rule: Rule): string =>
  [
    rule.topics.map((topic) => TOPICS[topic].title).join('; '),
    ruleWords(rule, (provider) => provider),
    WAY_WORDS[rule.way],
  ]
    .filter(Boolean)
    .join(': ');

/** Rules that are there no more beside those that came. */
export function changedRules(before: Rule[], after: Rule[]): Change[] {
  const [was, is] = [before.map(wordsOf), after.map(wordsOf)];
  const gone = was.filter((words) => !is.includes(words));
  const came = is.filter((words) => !was.includes(words));
  return Array.from({ length: Math.max(gone.length, came.length) }, (_, n) => ({
    what: 'rule',
    from: asText(gone[n]),
    to: asText(came[n]),
  }));
}

const TIMES_WORDS = {
  takesMail: 'takes mail',
  cadence: 'digest',
  digestHour: 'hour of the digest',
  quietFrom: 'quiet from',
  quietUntil: 'quiet until',
  breaksThrough: 'critical breaks through',
} as const;

/** The same of when mail leaves. */
export function changedTimes(before: NoticeSettings, after: NoticeSettings): Change[] {
  return changesBetween(timesForm(before), timesForm(after)).map((change) => ({
    ...change,
    what: TIMES_WORDS[change.what as keyof typeof TIMES_WORDS],
  }));
}
