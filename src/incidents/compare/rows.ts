import type { IncidentRow } from '../../database/tables.ts';
import { roundWords } from '../../letters/rounds.ts';
import { type Cause, causeWords } from '../../next-step/causes.ts';
import { count, duration, inShort } from '../../web/format.ts';
import { type Clocked, durations, stateWords } from '../incidents.ts';

/** What of an incident’s own row is compared, and what it is called by. */
export type ComparedRow = Clocked &
  Pick<
    IncidentRow,
    | 'number'
    | 'title'
    | 'state'
    | 'reason'
    | 'severity'
    | 'round'
    | 'block_codes'
    | 'recipient_domains'
    | 'rejection_count'
    | 'relapses'
  >;

/** What is compared of an incident: plain data, each list in its order. */
export type Side = {
  row: ComparedRow;
  provider: string;
  addresses: string[];
  tags: string[];
  cause: Cause | null;
  letters: { round: string; channel: string; at: Date; claims: string[] }[];
  answers: { at: Date; verdict: string }[];
  /** What was known when help was asked for, by title: outcome and summary. */
  evidence: Map<string, string>;
  /** The letter after which the block was lifted. */
  worked: { round: string; channel: string } | null;
};

/** One line of the comparison. `words` says in words what differs; empty: nothing to say of it. */
export type Row = { key: string; label: string; one: string; other: string; differs: boolean; words: string };

const SAME = 'the same';
const NONE = '';

function textRow(key: string, label: string, one: string, other: string): Row {
  const differs = one !== other;
  const words =
    !one && !other ? NONE : !differs ? SAME : !one ? 'only there' : !other ? 'only here' : 'differs';
  return { key, label, one, other, differs, words };
}

/** Members that only one side has, named. */
function listRow(key: string, label: string, one: string[], other: string[], join = ', '): Row {
  const here = one.filter((item) => !other.includes(item));
  const there = other.filter((item) => !one.includes(item));
  const differs = here.length + there.length > 0;
  const words = differs
    ? [
        here.length > 0 && `only here: ${here.join(', ')}`,
        there.length > 0 && `only there: ${there.join(', ')}`,
      ]
        .filter(Boolean)
        .join('; ')
    : one.length > 0
      ? SAME
      : NONE;
  return { key, label, one: one.join(join), other: other.join(join), differs, words };
}

const spanText = (ms: number | null, running: boolean) =>
  ms === null ? '' : `${inShort(ms)}${running ? ' so far' : ''}`;

/** Less than a minute, or a fiftieth of it, makes no difference. */
function spanRow(
  key: string,
  label: string,
  one: number | null,
  other: number | null,
  running = [false, false],
): Row {
  const [a, b] = [spanText(one, running[0] === true), spanText(other, running[1] === true)];
  if (one === null || other === null) return textRow(key, label, a, b);
  const apart = Math.abs(one - other);
  const differs = apart >= Math.max(60_000, Math.max(one, other) / 50);
  const words = differs
    ? `${duration(apart).split(' ').slice(0, 4).join(' ')} ${one > other ? 'longer' : 'shorter'}`
    : SAME;
  return { key, label, one: a, other: b, differs, words };
}

function countRow(key: string, label: string, one: number, other: number): Row {
  const apart = Math.abs(one - other);
  const words = apart === 0 ? (one > 0 ? SAME : NONE) : `${count(apart)} ${one > other ? 'more' : 'fewer'}`;
  return { key, label, one: count(one), other: count(other), differs: apart > 0, words };
}

const letterWords = ({ round, channel }: { round: string; channel: string }) =>
  `${roundWords(round)}, by ${channel === 'email' ? 'e-mail' : channel}`;
const statedBy = (side: Side) => [...new Set(side.letters.flatMap((letter) => letter.claims))];
const isLifted = ({ row }: Side) =>
  row.mitigated_at !== null || row.recovered_at !== null || row.closed_at !== null;
const endOf = ({ row }: Side) => {
  if (row.recovered_at) return 'mail was seen to flow';
  if (row.mitigated_at) return 'they lifted it';
  return row.closed_at ? 'closed without a lift' : stateWords(row.state);
};

function evidenceRows(one: Side, other: Side): Row[] {
  const titles = [...new Set([...one.evidence.keys(), ...other.evidence.keys()])];
  return titles.map((title) =>
    textRow(`evidence:${title}`, title, one.evidence.get(title) ?? '', other.evidence.get(title) ?? ''),
  );
}

export type Section = { title: string; rows: Row[] };

/** What differs between two incidents, in the order in which one asks: why, what was said and done, how long, what helped. */
export function compareSides(one: Side, other: Side, now: Date): Section[] {
  const [a, b] = [durations(one.row, now), durations(other.row, now)];
  const running = [!isLifted(one), !isLifted(other)];
  const sections: Section[] = [
    {
      title: 'The block',
      rows: [
        textRow('provider', 'Provider', one.provider, other.provider),
        listRow('addresses', 'Addresses', one.addresses, other.addresses),
        textRow('reason', 'Reason', one.row.reason ?? '', other.row.reason ?? ''),
        listRow('codes', 'Codes', one.row.block_codes, other.row.block_codes),
        listRow('recipients', 'Recipients', one.row.recipient_domains, other.row.recipient_domains),
        countRow('rejections', 'Rejections', one.row.rejection_count, other.row.rejection_count),
        textRow('severity', 'Severity', one.row.severity, other.row.severity),
        listRow('tags', 'Tags', one.tags, other.tags),
      ],
    },
    { title: 'Evidence when help was asked for', rows: evidenceRows(one, other) },
    {
      title: 'Letters and answers',
      rows: [
        countRow('rounds', 'Rounds', one.row.round, other.row.round),
        listRow('letters', 'Letters', one.letters.map(letterWords), other.letters.map(letterWords), '\n'),
        listRow('claims', 'They stated', statedBy(one), statedBy(other), '\n'),
        textRow(
          'verdicts',
          'Verdicts',
          one.answers.map(({ verdict }) => stateWords(verdict)).join(' → '),
          other.answers.map(({ verdict }) => stateWords(verdict)).join(' → '),
        ),
      ],
    },
    {
      title: 'How long',
      rows: [
        spanRow('blocked', 'Blocked', a.blocked, b.blocked, running),
        spanRow('to-first-request', 'To the first request', a.toFirstRequest, b.toFirstRequest),
        spanRow('to-first-answer', 'To the first answer', a.toFirstAnswer, b.toFirstAnswer),
        spanRow('to-mitigation', 'To the mitigation', a.toMitigation, b.toMitigation),
        countRow('relapses', 'Relapses', one.row.relapses, other.row.relapses),
      ],
    },
    {
      title: 'Why, and what helped',
      rows: [
        textRow(
          'cause',
          'Cause',
          causeWords(one.cause?.class ?? null),
          causeWords(other.cause?.class ?? null),
        ),
        textRow('found', 'Found', one.cause?.found ?? '', other.cause?.found ?? ''),
        textRow('fixed', 'Mended', one.cause?.fixed ?? '', other.cause?.fixed ?? ''),
        textRow(
          'worked',
          'Lifted after',
          one.worked ? letterWords(one.worked) : '',
          other.worked ? letterWords(other.worked) : '',
        ),
        textRow('end', 'Ended', endOf(one), endOf(other)),
      ],
    },
  ];
  return sections
    .map((section) => ({ ...section, rows: section.rows.filter((row) => row.words !== '') }))
    .filter((section) => section.rows.length > 0);
}

/** When help was asked for; where nobody did, when the block ended; before that, now. */
export const evidenceMoment = (row: IncidentRow, now: Date): Date =>
  row.first_request_at ?? row.mitigated_at ?? row.closed_at ?? now;
