import { count } from '../../web/format.ts';
import { letterDay, letterTime } from '../language.ts';
import type { Basis, EvidenceRecord } from './claims-from-facts.ts';
import {
  type Deliveries,
  dayOf,
  type Found,
  hourEnd,
  medianOf,
  series,
  volumes,
} from './claims-from-volume.ts';

/** Deliveries to others are looked at over so many hours. */
export const HOURS = 24;
const LEAST_PROVIDERS = 3;
const LEAST_MESSAGES = 20;
/** Shares of what was accepted or refused; a deferral is tried again, and counted then. */
const FINE = 0.98;
const TROUBLE = 0.9;
/** So many accepted and none refused: mail flows again. */
const FLOWS_FROM = 5;
/** Who sends so much on a usual day and nothing for half a day has stopped. */
const USUAL = 20;
const HELD_HOURS = 12;
const ALIVE_HOURS = 3;

const HOUR_MS = 3_600_000;

/** Per cent with one decimal, cut off: 99.99 is not 100. */
const share = (part: number, whole: number) => String(Math.floor((part * 1000) / whole) / 10);

function elsewhere({ elsewhere: all }: Deliveries): Found[] {
  const telling = all
    .map((one) => ({ ...one, total: one.accepted + one.refused }))
    .filter(({ total }) => total >= LEAST_MESSAGES);
  const [newest] = telling.map((one) => one.newest).toSorted((a, b) => b.getTime() - a.getTime());
  if (!newest) return [];
  const common = { claim: 'deliveries-elsewhere-fine', at: newest, facts: { providers: telling } };
  const trouble = telling.find(({ accepted, total }) => accepted / total < TROUBLE);
  if (trouble)
    return [
      {
        ...common,
        result: 'contradicts',
        words: `${trouble.name} accepted ${count(trouble.accepted)} of ${count(trouble.total)} in ${HOURS} hours`,
      },
    ];
  const fine = telling.filter(({ accepted, total }) => accepted / total >= FINE);
  if (fine.length < LEAST_PROVIDERS) return [];
  const accepted = fine.reduce((sum, one) => sum + one.accepted, 0);
  const total = fine.reduce((sum, one) => sum + one.total, 0);
  const percent = share(accepted, total);
  const names = fine.map(({ name }) => name);
  return [
    {
      ...common,
      result: 'supports',
      words: `${percent}% of ${count(total)} messages accepted by ${names.join(', ')} in ${HOURS} hours`,
      phrase: {
        key: 'accepted-elsewhere',
        values: { percent: { percent }, total, providers: { list: names }, hours: HOURS },
      },
    },
  ];
}

/** What the provider did since it refused last: mail that it takes again, and a refusal that is no longer fresh. */
function again({ since, lastAccepted }: Deliveries): Found[] {
  const { accepted, first, refusedAt } = since;
  const facts = { since };
  if (!refusedAt) return [];
  if (!first || !lastAccepted || accepted < FLOWS_FROM)
    return [
      {
        claim: 'accepted-again',
        result: 'contradicts',
        words: `refused ${letterTime(refusedAt, 'en')}, and ${accepted === 0 ? 'nothing' : `only ${accepted}`} accepted since`,
        at: refusedAt,
        facts,
      },
    ];
  const words = `${count(accepted)} accepted since ${letterTime(first, 'en')}, and none refused`;
  return [
    {
      claim: 'accepted-again',
      result: 'supports',
      words,
      at: lastAccepted,
      phrase: { key: 'accepted-since', values: { accepted, time: { time: first.toISOString() } } },
      facts,
    },
    { claim: 'refusal-fresh', result: 'contradicts', words, at: lastAccepted, facts },
  ];
}

/** Nothing was tried for half a day by who sends every day, while the log goes on; or something was, after all. */
function held(deliveries: Deliveries, now: Date, saidHeldAt: Date | null): Found[] {
  const { lastTried, elsewhere: others } = deliveries;
  if (!lastTried) return [];
  const facts = { lastTried: lastTried.toISOString() };
  const claim = 'stopped-sending';
  if (saidHeldAt && lastTried > saidHeldAt)
    return [
      {
        claim,
        result: 'contradicts',
        words: `mail was tried ${letterTime(lastTried, 'en')}`,
        at: lastTried,
        facts,
      },
    ];
  const alive = others.find(({ newest }) => now.getTime() - newest.getTime() < ALIVE_HOURS * HOUR_MS);
  const end = hourEnd(lastTried);
  if (!alive || now.getTime() - end.getTime() < HELD_HOURS * HOUR_MS) return [];
  if (medianOf(series(deliveries, now)) < USUAL) return [];
  return [
    {
      claim,
      result: 'supports',
      words: `nothing sent since ${letterTime(end, 'en')}`,
      at: alive.newest,
      phrase: { key: 'none-sent-since', values: { time: { time: end.toISOString() } } },
      facts,
    },
  ];
}

/** Mail in the logs of our own servers left from an address of ours. */
function ours({ lastTried, elsewhere: others }: Deliveries): Found[] {
  const hours = [lastTried, ...others.map(({ newest }) => newest)].filter((hour) => hour !== null);
  const [newest] = hours.toSorted((a, b) => b.getTime() - a.getTime());
  return newest
    ? [
        {
          claim: 'ip-controlled',
          result: 'supports',
          words: `our logs show mail from it up to ${letterDay(newest, 'en')}`,
          at: newest,
          phrase: { key: 'in-our-logs', values: { day: { day: dayOf(newest) } } },
          facts: { newest: newest.toISOString() },
        },
      ]
    : [];
}

/**
 * What the watched logs say of claims, as records about the incident's networks. `saidHeldAt`: when somebody recorded
 * that sending is held. What the logs cannot tell gives no record, so that it takes nothing from what people recorded.
 */
export function deliveryRecords(
  all: Deliveries[],
  { now, saidHeldAt }: { now: Date; saidHeldAt: Date | null },
): EvidenceRecord[] {
  return all.flatMap((deliveries) =>
    [
      ...volumes(deliveries, now),
      ...elsewhere(deliveries),
      ...again(deliveries),
      ...held(deliveries, now, saidHeldAt),
      ...ours(deliveries),
    ].map(({ claim, result, words, at, phrase, facts }): EvidenceRecord => {
      const { network } = deliveries;
      const source = 'counted in our logs';
      const basis: Basis = {
        about: network,
        result,
        words,
        source,
        observedAt: at.toISOString(),
        link: `/addresses/${network}#h-del`,
        facts,
      };
      return {
        claim,
        result,
        words,
        source,
        observedAt: at,
        address: network,
        said: phrase ? [{ about: network, phrase }] : [],
        basis: [basis],
      };
    }),
  );
}
