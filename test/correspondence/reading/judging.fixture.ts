import { classifyReply } from '../../../src/correspondence/reading/classify.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';

/** A reply with what is right for it. Absent, or `-` in samples of others: not told by the reply. */
export type LabelledReply = {
  id: string;
  text: string;
  subject?: string;
  verdict: string;
  provider?: string;
  ticket?: string;
  /** A refusal that also tells of relief that was given: to others, or until it was taken back. */
  tellsOfRelief?: boolean;
  addresses?: { ip?: string; network?: string; verdict: string }[];
};

const catalogue = readCatalogue();
const RELIEF = ['mitigated', 'conditionally-mitigated'];

/** What the classifier says of labelled replies, and where it is right. */
export function judged(rows: LabelledReply[]) {
  return rows.map((row) => {
    const { text, subject } = row;
    const got = classifyReply({ text, ...(subject === undefined ? {} : { subject }) }, { catalogue });
    const addresses = got.perAddress.map(({ network, verdict }) => `${network} ${verdict}`);
    const sorted = row.addresses?.map(({ ip, network, verdict }) => `${network ?? ip} ${verdict}`);
    return {
      row,
      got,
      verdict: got.verdict === row.verdict,
      ticket: (got.reference ?? '-') === (row.ticket ?? '-'),
      provider: (got.provider ?? '-') === (row.provider ?? '-'),
      addresses: sorted === undefined || sorted.join() === addresses.join(),
      /** A refusal read as relief: the one mistake that stops a person from asking again. */
      harmful: row.verdict === 'denied' && RELIEF.includes(got.verdict),
    };
  });
}

export const share = (results: boolean[]): number =>
  results.filter(Boolean).length / Math.max(results.length, 1);
export const percent = (results: boolean[]): string =>
  `${results.filter(Boolean).length}/${results.length} (${(share(results) * 100).toFixed(1)} %)`;
