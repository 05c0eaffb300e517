import type { Ask } from '../dns/answer.ts';
import { asking } from './asking.ts';
import { dnsName } from './domain-name.ts';
import { type DomainKind, type Fact, outcomeOf } from './kind.ts';
import { readTags } from './tag-list.ts';
import { shown } from './wording.ts';

/**
 * MTA-STS and TLS-RPT records. They are of mail to the domain, so their absence says nothing against a sender;
 * the policy file that MTA-STS points to is fetched by nobody here.
 */
export const transportPolicy: DomainKind = {
  key: 'transport-policy',
  title: 'Transport policies',
  of: 'domain',
  async look(subject, world) {
    const { ask, raw } = asking(world.ask);
    const domain = dnsName(subject.domain);
    const facts =
      domain === null ? [] : await Promise.all(RECORDS.map((record) => factOf(record, domain, ask)));
    const published = facts.filter(({ outcome }) => outcome === 'good').map(({ label }) => label);
    return {
      outcome: outcomeOf(facts),
      summary: published.length === 0 ? 'none published' : `${published.join(' and ')} published`,
      facts,
      claims: [],
      raw,
    };
  },
};

type PolicyRecord = {
  key: string;
  label: string;
  name: string;
  version: string;
  needs: string;
  absent: string;
  present: string;
};

const RECORDS: PolicyRecord[] = [
  {
    key: 'mta-sts',
    label: 'MTA-STS',
    name: '_mta-sts',
    version: 'STSv1',
    needs: 'id',
    absent: 'none; senders may deliver to this domain without TLS (RFC 8461)',
    present: '; the policy file behind it was not fetched',
  },
  {
    key: 'tls-rpt',
    label: 'TLS-RPT',
    name: '_smtp._tls',
    version: 'TLSRPTv1',
    needs: 'rua',
    absent: 'none; nobody reports TLS that fails (RFC 8460)',
    present: '',
  },
];

async function factOf(record: PolicyRecord, domain: string, ask: Ask): Promise<Fact> {
  const answer = await ask(`${record.name}.${domain}`, 'TXT');
  const row = { key: record.key, label: record.label };
  if (answer.status === 'failed')
    return { ...row, outcome: 'unknown', words: `not known: ${shown(answer.why)}` };
  const wanted = `v=${record.version}`;
  const records = answer.status === 'found' ? answer.records.filter((text) => text.startsWith(wanted)) : [];
  const [text] = records;
  if (text === undefined) return { ...row, outcome: 'note', words: record.absent };
  if (records.length > 1)
    return { ...row, outcome: 'bad', words: `${records.length} records, which counts as none` };
  const { tags } = readTags(text);
  const valid = tags.get('v') === record.version && (tags.get(record.needs) ?? '') !== '';
  return valid
    ? { ...row, outcome: 'good', words: `${shown(text, 300).replace(/;$/, '')}${record.present}` }
    : { ...row, outcome: 'bad', words: `${shown(text, 300)}: ${wanted} and ${record.needs}= are needed` };
}
