import type { Ask, DnsAnswer } from '../../dns/answer.ts';
import { readZoneAnswer } from '../../providers/zone-answer.ts';
import type { Zone } from '../../providers/zone-schema.ts';
import { type Listed, testPoints } from './question.ts';

/** Why nothing that the zone answers can be believed; null where it can. */
export type Doubt = string | null;

const HOUR = 3_600_000;
/** A zone that could not be tried, or failed, is tried again sooner. */
const MINUTES = 300_000;

const closed = ({ use }: Zone): string =>
  use.access === 'registered'
    ? 'it answers registered resolvers only'
    : 'it may have ended, or be closed to this resolver';

/** An answer that no list gives, or that says that it does not answer. */
export function refusal(zone: Zone, answer: Extract<DnsAnswer, { status: 'found' }>): string | null {
  const { outcome, meanings } = readZoneAnswer(zone, answer.records);
  if (outcome !== 'refused' && !(outcome === 'unknown' && meanings.some(({ verified }) => verified)))
    return null;
  const said = meanings.filter(({ kind }) => kind === 'error' || kind === 'unknown');
  return said.map(({ answer: code, meaning }) => `${meaning.replace(/\.$/, '')} (${code})`).join('; ');
}

function doubtAbout(zone: Zone, listed: DnsAnswer, notListed: DnsAnswer): Doubt {
  for (const answer of [listed, notListed]) {
    if (answer.status === 'failed') return answer.why;
    const refused = answer.status === 'found' && refusal(zone, answer);
    if (refused) return refused;
  }
  if (notListed.status === 'found') return 'the zone lists everything, even what no list may have';
  if (listed.status !== 'found') return `its test entry is missing: ${closed(zone)}`;
  return null;
}

type Trial = { doubt: Doubt | Promise<Doubt>; until: number };
type Trials = Record<Listed, Map<Zone, Trial>>;
/** By resolver, and by what is asked of which zone. */
const trials = new WeakMap<Ask, Trials>();

async function tried(zone: Zone, kind: Listed, ask: Ask): Promise<Doubt> {
  const points = testPoints(zone, kind);
  const [listed, notListed] = await Promise.all([ask(points.listed, 'A'), ask(points.notListed, 'A')]);
  return doubtAbout(zone, listed, notListed);
}

/** Asks what every list must have and must not have (RFC 5782 § 5), once in a while for each resolver. */
export function trust(zone: Zone, kind: Listed, ask: Ask, now: Date): Doubt | Promise<Doubt> {
  const ofAsk = trials.get(ask) ?? { ipv4: new Map(), ipv6: new Map(), domains: new Map() };
  trials.set(ask, ofAsk);
  const known = ofAsk[kind].get(zone);
  if (known && known.until > now.getTime()) return known.doubt;
  const doubt = tried(zone, kind, ask);
  const trial: Trial = { doubt, until: Number.POSITIVE_INFINITY };
  ofAsk[kind].set(zone, trial);
  void doubt.then((found) => {
    trial.doubt = found;
    trial.until = now.getTime() + (found === null ? HOUR : MINUTES);
  });
  return doubt;
}
