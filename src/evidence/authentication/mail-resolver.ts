import type { DNSResolver } from 'mailauth';
import type { Ask, DnsAnswer, RecordType } from '../../dns/answer.ts';

/**
 * Answers in the way of node:dns, which mailauth asks for. It is loaded where it is used: its modules take longer
 * to load than the rest of a start.
 */
export const resolverOf =
  (ask: Ask): DNSResolver =>
  async (name, type) => {
    if (!canBeAsked(name)) throw failure('EBADNAME', name);
    const answer = await ask(name, type as RecordType);
    if (answer.status === 'found') return inTheirForm(answer.records, type) as string[];
    throw failure(CODES[answer.status], answer.status === 'failed' ? answer.why : name);
  };

const CODES: Record<Exclude<DnsAnswer['status'], 'found'>, string> = {
  'no-name': 'ENOTFOUND',
  'no-data': 'ENODATA',
  failed: 'ESERVFAIL',
};

const failure = (code: string, about: string) => Object.assign(new Error(`${code}: ${about}`), { code });

/** RFC 1035 § 2.3.4; macros and records of strangers make any text into a name. */
const canBeAsked = (name: string): boolean =>
  name.length <= 253 &&
  /^[\x21-\x7e]+$/.test(name) &&
  name.split('.').every((label) => label.length > 0 && label.length <= 63);

function inTheirForm(records: string[], type: string): unknown[] {
  if (type === 'TXT') return records.map((record) => [record]);
  if (type !== 'MX') return records;
  return records.map((record) => {
    const [priority = '', exchange = ''] = record.split(' ');
    return { priority: Number(priority), exchange };
  });
}
