import { asksAnew, isRequest } from '../rounds.ts';
import type { Check, Context } from './context.ts';
import type { EarlierRequest } from './earlier.ts';

const HOUR = 3_600_000;
/** Rounds that begin beside any open ticket; all others answer in one, which is allowed at any time. */
const BESIDE = ['first', 'escalation', 'range'];
/** Requests older than this say nothing about how often a desk was asked, in days. */
const COUNTED_DAYS = 30;

const sentBefore = ({ facts }: Context): EarlierRequest[] =>
  facts.requests
    .filter((one) => one.sentAt <= facts.at)
    .toSorted((a, b) => Number(b.sentAt) - Number(a.sentAt));

/** The newest request that nobody has answered yet. */
const open = (context: Context) => sentBefore(context).find((one) => one.answeredAt === null && !one.isOver);

const endOf = ({ facts }: Context, request: EarlierRequest) =>
  new Date(request.sentAt.getTime() + facts.coolDown.hours * HOUR);

const whose = ({ facts }: Context, { incident }: EarlierRequest) =>
  incident === facts.letter.incident.number ? 'in this incident' : `in incident #${incident}`;

export const REQUEST_CHECKS: Record<string, Check> = {
  // What was sent a moment ago waits for its answer; a second one is thrown together with it, or taken for a robot's.
  'open-request': (context) => {
    const { letter, facts } = context;
    const request = open(context);
    if (!request || !BESIDE.includes(letter.round)) return [];
    const until = endOf(context, request);
    const isEarly = facts.at < until;
    return [
      {
        title: `One is open ${whose(context, request)}`,
        level: isEarly && !facts.isAfterwards ? 'stop' : 'warn',
        ...(isEarly ? { until } : {}),
      },
    ];
  },
  'cool-down': (context) => {
    const { letter, facts } = context;
    const [last] = sentBefore(context);
    if (!last || !BESIDE.includes(letter.round) || open(context)) return [];
    const until = endOf(context, last);
    return facts.at < until
      ? [{ title: `Asked ${whose(context, last)}`, advice: facts.coolDown.text, until }]
      : [];
  },
  'limit-of-requests': ({ letter, facts }) =>
    facts.stop.limitEnd && isRequest(letter.round)
      ? [{ advice: facts.stop.text, until: facts.stop.limitEnd }]
      : [],
  // Of one that is open yet, `open-request` tells.
  'too-soon': (context) => {
    const { letter, facts } = context;
    if (!facts.stop.again || !asksAnew(letter.round) || open(context)) return [];
    const asked = `${facts.providerName} was asked about this already, and did not say yes.`;
    return [{ advice: `${asked} ${facts.stop.text}`, until: facts.stop.again }];
  },
  'rounds-used-up': (context) => {
    const { coolDown, at } = context.facts;
    const since = at.getTime() - COUNTED_DAYS * 24 * HOUR;
    const asked = sentBefore(context).filter(
      (one) => Number(one.sentAt) > since && one.round !== 'followup-silence' && !one.isOver,
    ).length;
    return coolDown.rounds !== null &&
      asked >= coolDown.rounds &&
      [...BESIDE, 'second-review'].includes(context.letter.round)
      ? [{ title: `${asked} requests so far`, advice: coolDown.text }]
      : [];
  },
  'too-soon-to-remind': (context) => {
    const request = open(context);
    if (context.letter.round !== 'followup-silence' || !request) return [];
    const until = endOf(context, request);
    return context.facts.at < until ? [{ until }] : [];
  },
};
