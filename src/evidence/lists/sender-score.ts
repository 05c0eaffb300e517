import type { DnsAnswer } from '../../dns/answer.ts';
import { allZones } from '../../providers/list-zones.ts';
import { readZoneAnswer } from '../../providers/zone-answer.ts';
import type { Zone } from '../../providers/zone-schema.ts';
import type { AddressKind, ClaimFinding, Fact, Found } from '../kind.ts';
import { reversed } from '../names/reverse-name.ts';
import { familyOf } from './question.ts';

type Scores = Zone & { score: NonNullable<Zone['score']> };
const scores = (zone: Zone): zone is Scores => zone.score !== undefined;
type Seen = Pick<Fact, 'outcome' | 'words'> & Pick<ClaimFinding, 'result' | 'phrase'>;

const unknown = (why: string): Seen => ({
  outcome: 'unknown',
  result: 'unknown',
  words: `not known: ${why}`,
});

function byScore(score: number, { good, poor }: Scores['score']): Seen {
  const words = `${score} of 100`;
  if (score >= good)
    return {
      outcome: 'good',
      result: 'supports',
      words,
      phrase: { key: 'score', values: { score, most: 100 } },
    };
  return score <= poor
    ? { outcome: 'bad', result: 'contradicts', words }
    : { outcome: 'note', result: 'unknown', words };
}

/** The last part of the answer is the score, where the catalogue knows the answer as one. */
function readScore(zone: Scores, answer: DnsAnswer): Seen {
  if (answer.status === 'failed') return unknown(answer.why);
  if (answer.status !== 'found')
    return unknown('too little mail is seen from the address, or this resolver is not registered');
  const { outcome, meanings } = readZoneAnswer(zone, answer.records);
  const [first] = meanings;
  if (outcome === 'not-listed' && first?.kind === 'informational')
    return byScore(Number(first.answer.split('.')[3]), zone.score);
  return unknown(
    meanings.map(({ meaning, answer: code }) => `${meaning.replace(/\.$/, '')} (${code})`).join('; '),
  );
}

const none: Found = {
  outcome: 'note',
  summary: 'scores IPv4 addresses only',
  facts: [],
  claims: [],
  raw: {},
};

/** The score that Sender Score publishes over DNS, to resolvers that it knows. */
export const senderScore: AddressKind = {
  key: 'sender-score',
  title: 'Sender Score',
  of: 'address',
  look: async ({ address }, { ask, catalogue }) => {
    const [zone] = allZones(catalogue)
      .filter(scores)
      .filter(({ lists }) => lists.includes(familyOf(address)));
    if (!zone) return none;
    const name = `${reversed(address)}.${zone.zone}`;
    const answer = await ask(name, 'A');
    const { outcome, ...said } = readScore(zone, answer);
    return {
      outcome,
      summary: said.words,
      facts: [{ key: zone.zone, label: zone.name, outcome, words: said.words }],
      claims: [{ claim: 'sender-score', ...said }],
      raw: { [`${name} A`]: answer },
    };
  },
};
