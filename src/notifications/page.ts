import type { Notice } from './notices.ts';
import { type Rule, SEVERITIES, type Way, type Whose } from './rules.ts';
import type { NoticeSettings } from './settings.ts';
import { OUTSIDE, PERSONAL, TOPIC_KEYS, TOPICS, type Topic } from './topics.ts';

/** Pure: notices and settings in words. */

/** Of one incident so many are shown at first. */
const SHOWN = 3;

const noticeView = ({ id, topic, words, happenedAt, isRead }: Notice) => ({
  id,
  words,
  at: happenedAt,
  isRead,
  topic: TOPICS[topic as Topic]?.title ?? topic,
});

/** By incident, each where its newest notice stands; what belongs to none, by what it is about. */
export function groupsOf(notices: Notice[]) {
  const groups = Map.groupBy(notices, ({ incident, topic }) => (incident ? `#${incident.number}` : topic));
  return [...groups.values()].map((all) => {
    const [first] = all;
    const incident = first?.incident ?? null;
    return {
      incident,
      state: incident?.state ?? '',
      title: incident ? incident.title : (TOPICS[first?.topic as Topic]?.title ?? 'Delist Desk'),
      unread: all.filter(({ isRead }) => !isRead).length,
      shown: all.slice(0, SHOWN).map(noticeView),
      more: all.slice(SHOWN).map(noticeView),
    };
  });
}

export const WAY_WORDS: Record<Way, string> = {
  product: 'here only',
  digest: 'here, and by mail in the digest',
  'at-once': 'here, and by mail at once',
};
const WHOSE_WORDS: Record<Whose, string> = {
  mine: 'mine',
  watched: 'that I watch',
  nobodys: 'that are nobody’s',
};

const either = (words: string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** Of which incidents a rule tells, in words; empty: it asks for nothing of an incident. */
export function ruleWords(rule: Rule, nameOf: (provider: string) => string): string {
  if (rule.topics.every((topic) => PERSONAL.has(topic) || OUTSIDE.has(topic))) return '';
  const parts = [
    rule.whose.length === 0
      ? 'all incidents'
      : `incidents ${either(rule.whose.map((one) => WHOSE_WORDS[one]))}`,
    ...(rule.providers.length > 0 ? [`of ${either(rule.providers.map(nameOf))}`] : []),
    ...(rule.networks.length > 0 ? [`about ${either(rule.networks)}`] : []),
    ...(rule.least !== 'low' ? [`of at least ${rule.least} severity`] : []),
  ];
  return parts.join(', ');
}

/** A rule as its form shows it. `typed` is what somebody sent that could not be taken. */
export type TypedRule = {
  topics: string[];
  whose: string[];
  providers: string;
  networks: string;
  least: string;
  way: string;
};

export const typedRule = (rule: Rule, nameOf: (provider: string) => string): TypedRule => ({
  ...rule,
  providers: rule.providers.map(nameOf).join(', '),
  networks: rule.networks.join(', '),
});

export const NEW_RULE: TypedRule = {
  topics: [],
  whose: [],
  providers: '',
  networks: '',
  least: 'low',
  way: 'product',
};

export const ruleForm = (id: string, typed: TypedRule, errors: Record<string, string> = {}) => ({
  id,
  topics: TOPIC_KEYS.map((key) => ({ key, ...TOPICS[key], checked: typed.topics.includes(key) })),
  whose: Object.entries(WHOSE_WORDS).map(([key, words]) => ({
    key,
    words,
    checked: typed.whose.includes(key),
  })),
  providers: typed.providers,
  networks: typed.networks,
  least: SEVERITIES.map((key) => ({
    key,
    words: key === 'low' ? 'any' : `at least ${key}`,
    chosen: key === typed.least,
  })),
  ways: Object.entries(WAY_WORDS).map(([key, words]) => ({ key, words, chosen: key === typed.way })),
  errors,
});

const two = (value: number) => String(value).padStart(2, '0');
/** Minutes of the day as a clock shows them. */
const clockWords = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;

export const timesForm = ({ takesMail, times }: Pick<NoticeSettings, 'takesMail' | 'times'>) => ({
  takesMail,
  cadence: times.cadence,
  digestHour: String(times.digestHour),
  quietFrom: times.quiet ? clockWords(times.quiet.from) : '',
  quietUntil: times.quiet ? clockWords(times.quiet.until) : '',
  breaksThrough: times.criticalBreaksThrough,
});
export type TimesForm = ReturnType<typeof timesForm>;

export const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  key: String(hour),
  words: clockWords(hour * 60),
}));
