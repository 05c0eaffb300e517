import type { Ask } from '../../dns/answer.ts';
import { type SignedResults, signedResults } from '../authentication/signed-results.ts';
import { type SpfVerdict, spfVerdict } from '../authentication/spf-verdict.ts';
import { envelopeSender, type Sample } from './fields.ts';

/** What a receiver would find out about a message that came from an address. */
export type SampleResults = SignedResults & {
  /** Null where the envelope sender is not known. */
  spf: SpfVerdict | null;
};

export async function resultsOf(
  sample: Sample,
  { address, helo }: { address: string; helo: string },
  ask: Ask,
  now: Date,
): Promise<SampleResults> {
  const sender = envelopeSender(sample) || heloSender(sample, helo);
  const spf = sender === null ? null : await spfVerdict({ address, helo, sender }, ask);
  const spfDomain = spf?.result === 'pass' ? spf.domain : null;
  return { spf, ...(await signedResults(sample.message, spfDomain, ask, now)) };
}

/** A bounce has an empty envelope sender; then SPF is of the HELO name (RFC 7208 § 2.4). */
const heloSender = (sample: Sample, helo: string): string | null =>
  envelopeSender(sample) === '' && helo !== '' ? `postmaster@${helo}` : null;
