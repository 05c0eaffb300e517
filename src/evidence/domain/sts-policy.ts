import { type Fact, outcomeOf } from '../kind.ts';
import { count, list, shown } from '../wording.ts';

/** A policy of MTA-STS (RFC 8461 § 3.2). `mx`: names of hosts, or `*.` and a domain. */
export type StsPolicy = { mode: 'enforce' | 'testing' | 'none'; maxAgeSeconds: number; mx: string[] };

const MODES = ['enforce', 'testing', 'none'] as const;
const LINE = /^([a-zA-Z0-9][a-zA-Z0-9_.-]{0,31}):[ \t]*(.*?)[ \t]*$/;
const MX = /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/i;
/** RFC 8461 § 3.2: about a year. */
const LONGEST_SECONDS = 31_557_600;
const MOST_LINES = 2000;

/** Reads a policy file. A text says what is wrong with it; of a key that comes twice the first counts, but for mx. */
export function readStsPolicy(text: string): StsPolicy | string {
  const lines = text.split(/\r?\n/);
  if (lines.length > MOST_LINES) return `it has more than ${MOST_LINES} lines`;
  const first = new Map<string, string>();
  const mx: string[] = [];
  for (const line of lines) {
    const [, key = '', value = ''] = LINE.exec(line) ?? [];
    if (key === 'mx') mx.push(value);
    else if (!first.has(key)) first.set(key, value);
  }
  if (first.get('version') !== 'STSv1') return 'it has no line version: STSv1';
  const mode = MODES.find((one) => one === first.get('mode'));
  if (!mode) return 'its mode is none of enforce, testing and none';
  const age = first.get('max_age') ?? '';
  if (!/^\d{1,10}$/.test(age) || Number(age) > LONGEST_SECONDS)
    return `its max_age is no number of seconds up to ${LONGEST_SECONDS}`;
  if (mx.length === 0 && mode !== 'none') return 'it names no mx';
  const wrong = mx.find((name) => !MX.test(name));
  if (wrong !== undefined) return `mx: ${shown(wrong, 60)} is no name of a host`;
  return { mode, maxAgeSeconds: Number(age), mx: mx.map((name) => name.toLowerCase()) };
}

const DAY = 86_400;
const ageWords = (seconds: number) =>
  seconds >= DAY ? count(Math.floor(seconds / DAY), 'day') : count(seconds, 'second');

/** What a policy file that came says. */
export function stsPolicyFacts(text: string): Fact[] {
  const policy = readStsPolicy(text);
  const row = (key: string, label: string, outcome: Fact['outcome'], words: string): Fact => ({
    key: `mta-sts-${key}`,
    label,
    outcome,
    words,
  });
  if (typeof policy === 'string')
    return [row('policy', 'MTA-STS policy', 'bad', `${policy}; senders take it for none`)];
  const { mode, maxAgeSeconds, mx } = policy;
  const facts = [
    row('mode', 'MTA-STS mode', mode === 'none' ? 'note' : 'good', mode),
    row('max-age', 'MTA-STS, kept for', 'note', ageWords(maxAgeSeconds)),
    row('mx', 'MTA-STS mail servers', 'note', mx.length > 0 ? shown(list(mx, 10), 300) : 'none named'),
  ];
  return [row('policy', 'MTA-STS policy', outcomeOf(facts), `fetched, mode ${mode}`), ...facts];
}
