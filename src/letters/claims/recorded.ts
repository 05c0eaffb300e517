import { networkText } from '../../addresses/address.ts';
import type { EvidenceResult } from '../../database/tables.ts';
import type { EvidenceRecord } from './claims-from-facts.ts';

/** What people recorded, as the store has it. */
type Recorded = {
  claim: string;
  result: EvidenceResult;
  words: string;
  source: string;
  observed_at: Date;
  network: string | null;
};

/** What a person recorded, as evidence for claims. */
export const recordedEvidence = ({
  claim,
  result,
  words,
  source,
  observed_at: observedAt,
  network,
}: Recorded): EvidenceRecord => ({
  claim,
  result,
  words,
  source,
  observedAt,
  address: network ? networkText(network) : null,
});
