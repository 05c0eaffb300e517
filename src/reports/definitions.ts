import type { Column, Definition } from './definition.ts';
import { blockedByAddress } from './queries/blocked-by-address.ts';
import { blockedByProvider } from './queries/blocked-by-provider.ts';
import { causes } from './queries/causes.ts';
import { durationByProvider } from './queries/duration-by-provider.ts';
import { load } from './queries/load.ts';
import { overTime } from './queries/over-time.ts';
import { relapses } from './queries/relapses.ts';

const INCIDENTS: Column = { key: 'incidents', title: 'Incidents', kind: 'count' };
const UNIT = { one: 'incident', many: 'incidents' };
const NOT_YET = 'not yet';
const BEGAN = 'Incidents whose block began in the period.';
const CLIPPED =
  'Only the part of a block inside the period counts. A block ends when the provider lifts it, when mail is seen to flow, or when the incident is closed; one that came back after it was lifted lasted until it was lifted for good. One whose end nobody told, as a table of another tracker may have, is not counted.';
const CENSORED =
  'What has not ended counts as having lasted until now, or until the block was over without it (Kaplan and Meier’s estimate): leaving it out would make a provider look quicker than it is. Times are known to within a twelfth.';

const BLOCKED: Column[] = [
  INCIDENTS,
  { key: 'blocked', title: 'Blocked for', kind: 'duration' },
  { key: 'each', title: 'On average', kind: 'duration', none: 'none' },
  { key: 'still', title: 'Still blocked', kind: 'count' },
];
const spread = (ended: string, waiting: string): Column[] => [
  { key: 'ended', title: ended, kind: 'count' },
  { key: 'waiting', title: waiting, kind: 'count' },
  { key: 'quarter', title: 'A quarter within', kind: 'roughly', none: NOT_YET },
  { key: 'half', title: 'Half within', kind: 'roughly', none: NOT_YET },
  { key: 'most', title: 'Three quarters within', kind: 'roughly', none: NOT_YET },
  { key: 'nearlyAll', title: 'Nine of ten within', kind: 'roughly', none: NOT_YET },
];
const MIDDLE = 'from a quarter to three quarters, with the middle; the thin line reaches to nine of ten';

/** All reports over incidents, in the order of the index. */
export const REPORTS: readonly Definition[] = [
  {
    key: 'mitigation',
    title: 'Time to mitigation',
    question: 'How long does a provider take to lift a block, once it is asked?',
    counts: `${BEGAN} Those that asked the provider; from the first request to the mitigation.`,
    unit: UNIT,
    names: 'provider',
    usual: '12-months',
    columns: spread('Lifted', 'Not lifted by them'),
    picture: { kind: 'curve', words: 'lifted', rows: MIDDLE },
    notes: [CENSORED],
    find: durationByProvider('mitigation'),
  },
  {
    key: 'first-answer',
    title: 'Time to the first answer',
    question: 'How long until a provider answers at all?',
    counts: `${BEGAN} Those that asked the provider; from the first request to the first answer.`,
    unit: UNIT,
    names: 'provider',
    usual: '12-months',
    columns: spread('Answered', 'Without answer'),
    picture: { kind: 'curve', words: 'answered', rows: MIDDLE },
    notes: [CENSORED],
    find: durationByProvider('answer'),
  },
  {
    key: 'first-request',
    title: 'Time to the first request',
    question: 'How quickly do we ask?',
    counts: `${BEGAN} From the first rejection to our first request.`,
    unit: UNIT,
    names: 'provider',
    usual: '12-months',
    columns: spread('Asked', 'Not asked'),
    picture: { kind: 'curve', words: 'asked', rows: MIDDLE },
    notes: [CENSORED],
    find: durationByProvider('request'),
  },
  {
    key: 'blocked-by-provider',
    title: 'Blocked time by provider',
    question: 'Who blocks us longest?',
    counts: 'Blocks that lasted at any time of the period.',
    unit: UNIT,
    names: 'provider',
    usual: '12-months',
    columns: BLOCKED,
    picture: { kind: 'bars', of: 'blocked', words: 'Blocked for, added up over incidents' },
    notes: [CLIPPED],
    find: blockedByProvider,
  },
  {
    key: 'blocked-by-address',
    title: 'Blocked time by address',
    question: 'Which addresses cost us most?',
    counts: 'Blocks that lasted at any time of the period. An incident counts with each of its addresses.',
    unit: { one: 'block of an address', many: 'blocks of addresses' },
    names: 'address',
    usual: '12-months',
    columns: BLOCKED,
    picture: { kind: 'bars', of: 'blocked', words: 'Blocked for, added up over providers' },
    notes: [CLIPPED],
    find: blockedByAddress,
  },
  {
    key: 'relapses',
    title: 'Relapses',
    question: 'Does a lifted block stay lifted?',
    counts: BEGAN,
    unit: { one: 'lifted block', many: 'lifted blocks' },
    names: 'provider',
    usual: '12-months',
    columns: [
      INCIDENTS,
      { key: 'lifted', title: 'Lifted', kind: 'count' },
      { key: 'relapsed', title: 'Came back', kind: 'count' },
      { key: 'relapses', title: 'Relapses', kind: 'count' },
      { key: 'share', title: 'Of those lifted', kind: 'percent', none: 'none lifted' },
    ],
    picture: { kind: 'bars', of: 'relapsed', words: 'Incidents that came back after they were lifted' },
    notes: ['A relapse is a refusal after the block was lifted, in the same incident.'],
    find: relapses,
  },
  {
    key: 'causes',
    title: 'Causes',
    question: 'What gets us blocked?',
    counts: BEGAN,
    unit: UNIT,
    names: 'cause',
    usual: '12-months',
    columns: [
      INCIDENTS,
      { key: 'share', title: 'Of all', kind: 'percent', none: 'none' },
      { key: 'fixed', title: 'With a fix recorded', kind: 'count' },
      { key: 'relapsed', title: 'Came back', kind: 'count' },
      { key: 'half', title: 'Half lifted within', kind: 'roughly', none: NOT_YET },
    ],
    picture: { kind: 'bars', of: 'incidents', words: 'Incidents' },
    notes: ['Causes are what people recorded with incidents.', CENSORED],
    find: causes,
  },
  {
    key: 'load',
    title: 'Load per person',
    question: 'Who carries how much?',
    counts: `${BEGAN} Each counts for its owner of now.`,
    unit: UNIT,
    names: 'person',
    usual: '90-days',
    columns: [
      INCIDENTS,
      { key: 'unfinished', title: 'Not closed', kind: 'count' },
      { key: 'letters', title: 'Rounds of letters', kind: 'count' },
      { key: 'half', title: 'Half asked within', kind: 'roughly', none: NOT_YET },
    ],
    picture: { kind: 'bars', of: 'incidents', words: 'Incidents' },
    notes: [
      'It tells how work is shared out, not how good anybody’s is: whoever takes the hard blocks waits longest.',
      CENSORED,
    ],
    find: load,
  },
  {
    key: 'over-time',
    title: 'Year on year',
    question: 'Are we getting better?',
    counts: `${BEGAN} By year, or by month where the period is short.`,
    unit: UNIT,
    names: 'part',
    usual: '10-years',
    columns: [
      INCIDENTS,
      { key: 'answer', title: 'Half answered within', kind: 'roughly', none: NOT_YET },
      { key: 'half', title: 'Half lifted within', kind: 'roughly', none: NOT_YET },
      { key: 'nearlyAll', title: 'Nine of ten lifted within', kind: 'roughly', none: NOT_YET },
      { key: 'letters', title: 'Rounds of letters each', kind: 'rate', none: 'none' },
      { key: 'share', title: 'Came back, of those lifted', kind: 'percent', none: 'none lifted' },
    ],
    picture: {
      kind: 'parts',
      counts: 'Incidents',
      spread: 'From the first request to mitigation: half within, and nine of ten within',
    },
    notes: ['A year or month that is not over, or not wholly in the period, is marked.', CENSORED],
    find: overTime,
  },
];

export const reportByKey = (key: string): Definition | undefined => REPORTS.find((one) => one.key === key);
