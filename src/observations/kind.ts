import { type Fact, type Outcome, outcomeOf } from '../evidence/kind.ts';
import type { RecordedKind } from '../evidence/recorded-kind.ts';
import { count } from '../web/format.ts';
import { weekSpan } from './chart.ts';
import { countByProvider, type ProviderCount } from './hours.ts';

/** From this share of refused deliveries on, mail to a provider does not flow. */
const BLOCKED_SHARE = 0.5;

function deliveryOutcome({ accepted, deferred, refused }: ProviderCount): Outcome {
  const against = deferred + refused;
  if (against === 0) return 'good';
  return against / (accepted + against) >= BLOCKED_SHARE ? 'bad' : 'note';
}

const deliveryWords = ({ accepted, deferred, refused }: ProviderCount) =>
  [
    `${count(accepted)} of ${count(accepted + deferred + refused)} accepted in 7 days`,
    deferred > 0 ? `${count(deferred)} deferred` : '',
    refused > 0 ? `${count(refused)} refused` : '',
  ]
    .filter(Boolean)
    .join(', ');

/** What the watched logs show of the last seven days, provider by provider, as a kind of evidence. */
export const DELIVERIES: RecordedKind = {
  key: 'deliveries',
  title: 'Deliveries',
  of: 'address',
  async look(db, { address }, { catalogue, now }) {
    const sums = await countByProvider(db, address, weekSpan(now));
    const facts = sums.map(
      (sum): Fact => ({
        key: sum.provider || 'others',
        label: catalogue.byKey.get(sum.provider)?.name ?? (sum.provider || 'Not in the catalogue'),
        outcome: deliveryOutcome(sum),
        words: deliveryWords(sum),
      }),
    );
    const bad = facts.filter(({ outcome }) => outcome === 'bad').map(({ label }) => label);
    return {
      outcome: outcomeOf(facts),
      summary:
        facts.length === 0
          ? 'no log shows mail from here'
          : bad.length > 0
            ? `mostly refused by ${bad.slice(0, 3).join(', ')}`
            : `mail flows to ${facts.length === 1 ? facts[0]?.label : `${facts.length} providers`}`,
      facts,
      claims: [],
      raw: Object.fromEntries(sums.map((sum) => [sum.provider || 'others', sum])),
    };
  },
};
