import type { Ask } from '../../dns/answer.ts';
import type { GetFailed } from '../../outside/get.ts';
import { asking } from '../asking.ts';
import { readTags } from '../authentication/tag-list.ts';
import { dnsName } from '../domain-name.ts';
import { type DomainKind, type Fact, outcomeOf, type World } from '../kind.ts';
import { shown } from '../wording.ts';
import { stsPolicyFacts } from './sts-policy.ts';

/** MTA-STS with its policy file, and TLS-RPT. They are of mail to the domain: their absence says nothing against a sender. */
export const transportPolicy: DomainKind = {
  key: 'transport-policy',
  title: 'Transport policies',
  of: 'domain',
  async look(subject, world) {
    const { ask, raw } = asking(world.ask);
    const domain = dnsName(subject.domain);
    const records =
      domain === null ? [] : await Promise.all(RECORDS.map((record) => factOf(record, domain, ask)));
    const published = records.filter(({ outcome }) => outcome === 'good').map(({ label }) => label);
    const hasPolicy = records.some(({ key, outcome }) => key === 'mta-sts' && outcome === 'good');
    const policy = domain !== null && hasPolicy ? await policyOf(domain, ask, world.get, raw) : [];
    const facts = [...records, ...policy];
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
};

const RECORDS: PolicyRecord[] = [
  {
    key: 'mta-sts',
    label: 'MTA-STS',
    name: '_mta-sts',
    version: 'STSv1',
    needs: 'id',
    absent: 'none; senders may deliver to this domain without TLS (RFC 8461)',
  },
  {
    key: 'tls-rpt',
    label: 'TLS-RPT',
    name: '_smtp._tls',
    version: 'TLSRPTv1',
    needs: 'rua',
    absent: 'none; nobody reports TLS that fails (RFC 8460)',
  },
];

const LONGEST_MS = 10_000;
const MOST_BYTES = 64 * 1024;

const unknownPolicy = (why: string): Fact[] => [
  { key: 'mta-sts-policy', label: 'MTA-STS policy', outcome: 'unknown', words: `not known: ${why}` },
];

const FAILURES: Record<GetFailed['why'], string> = {
  'too-slow': `its server did not answer within ${LONGEST_MS / 1000} s`,
  'too-large': `it is larger than ${MOST_BYTES / 1024} KB`,
  unreachable: 'its server could not be reached over HTTPS',
};

/** RFC 8461 § 3.3: by HTTPS with a valid certificate, from the well-known place, without redirects. */
async function policyOf(
  domain: string,
  ask: Ask,
  get: World['get'],
  raw: Record<string, unknown>,
): Promise<Fact[]> {
  if (!get) return unknownPolicy('policy files are not fetched here');
  const host = `mta-sts.${domain}`;
  const answers = await Promise.all([ask(host, 'A'), ask(host, 'AAAA')]);
  const found = answers.flatMap((answer) => (answer.status === 'found' ? answer.records : []));
  if (found.length === 0) return unknownPolicy(`no address of ${host} was found`);
  const addresses = found.filter(get.allows);
  if (addresses.length === 0) return unknownPolicy(`${host} leads to no public address`);
  const url = `https://${host}/.well-known/mta-sts.txt`;
  try {
    const got = await get.get(url, { longestMs: LONGEST_MS, mostBytes: MOST_BYTES, addresses });
    raw[url] = { status: got.status, body: shown(got.body.toString(), 2000) };
    return got.status === 200
      ? stsPolicyFacts(got.body.toString())
      : unknownPolicy(`${host} answered ${got.status} where the policy should be`);
  } catch (error) {
    const { why, code } = error as Partial<GetFailed>;
    if (!why) throw error;
    raw[url] = { failed: why, code };
    return unknownPolicy(`${FAILURES[why]}${code ? ` (${code})` : ''}`);
  }
}

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
    ? { ...row, outcome: 'good', words: shown(text, 300).replace(/;$/, '') }
    : { ...row, outcome: 'bad', words: `${shown(text, 300)}: ${wanted} and ${record.needs}= are needed` };
}
