import { Problem } from '../problem.ts';
import type { Claim } from './claims/claims.ts';
import type { Missing } from './facts.ts';
import type { Finding } from './gate/finding.ts';
import { stopWords } from './gate/judge.ts';

/** What stands in the way of a letter: facts that it lacks, claims that evidence contradicts, findings of the gate. */
type Unready = { missing: Missing[]; against: Claim[]; stops: Finding[] };

/** Names all that stands in the way at once; the code is that of the gravest. */
export function refuseUnready({ missing, against, stops }: Unready): void {
  const facts = {
    missing,
    claims: against.map((claim) => claim.key),
    stops: stops.map(({ key, rule, title, advice, until }) => ({ key, rule, title, advice, until })),
  };
  const contradicted = against.map((claim) => `“${claim.text}” (${claim.evidence})`).join('; ');
  const stopped = stops.map(stopWords).join(' ');
  const also = stopped ? ` Besides: ${stopped}` : '';
  if (missing.length > 0) {
    const fields = Object.fromEntries(missing.map((one) => [one.key, `Still missing: ${one.label}.`]));
    const words = `The letter still lacks ${missing.map((one) => one.label).join(', ')}.`;
    throw new Problem('letter-incomplete', `${words}${also}`, { fields, facts });
  }
  if (against.length > 0) {
    const words = `Contradicted: ${contradicted}. Reword it, or override it with a reason.`;
    throw new Problem('claim-contradicted', `${words}${also}`, { facts });
  }
  if (stops.length > 0)
    throw new Problem('letter-stopped', `${stopped} Mend it, or override it with a reason.`, { facts });
}
