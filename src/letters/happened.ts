import type { LetterFacts } from './facts.ts';

const NOTHING = {
  isFirstRefusal: false,
  isOpened: false,
  isRequest: false,
  isLiftedBefore: false,
  isRefusedAgain: false,
  isLifted: false,
  isRecovered: false,
};

/**
 * What happened in an incident, oldest first, whenever it was recorded: each row is one thing. `requests` are rows with
 * what more is told of them.
 */
export function happenedOf<Request extends { at: Date }>(
  { incident }: Pick<LetterFacts, 'incident'>,
  requests: Request[],
) {
  const { liftedBefore } = incident;
  const moments: [keyof typeof NOTHING, Date | null][] = [
    ['isFirstRefusal', incident.beganAt],
    ['isOpened', incident.openedAt],
    ['isLiftedBefore', liftedBefore],
    ['isRefusedAgain', liftedBefore && incident.firstRejectionAt],
    ['isLifted', incident.mitigatedAt],
    ['isRecovered', incident.recoveredAt],
  ];
  const rows = moments.flatMap(([is, at]) => (at ? [{ at, ...NOTHING, [is]: true }] : []));
  const asked = requests.map((one) => ({ ...one, ...NOTHING, isRequest: true }));
  return [...rows, ...asked].sort((a, b) => a.at.getTime() - b.at.getTime());
}
