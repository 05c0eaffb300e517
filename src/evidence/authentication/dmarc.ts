import type { Ask } from '../../dns/answer.ts';
import { asking } from '../asking.ts';
import { dnsName, registeredDomain } from '../domain-name.ts';
import { type ClaimFinding, type DomainKind, type Fact, type Found, outcomeOf } from '../kind.ts';
import { list, shown } from '../wording.ts';
import { type Discovery, type DmarcRecord, discover, mailboxOf, policyOf, urisOf } from './dmarc-record.ts';

/** The DMARC record of a domain: what it asks of receivers, and whether its reports can arrive. */
export const dmarc: DomainKind = {
  key: 'dmarc',
  title: 'DMARC',
  of: 'domain',
  async look(subject, world) {
    const { ask, raw } = asking(world.ask);
    const domain = dnsName(subject.domain);
    if (domain === null) return { ...noDomain(subject.domain), raw };
    const discovery = await discover(domain, ask);
    if (discovery.state !== 'found') return { ...withoutRecord(domain, discovery), raw };
    const { record } = discovery;
    const facts = [...recordFacts(domain, record), ...(await reportFacts(record, ask))];
    const policy = policyOf(record, domain);
    return {
      outcome: outcomeOf(facts),
      summary: policy
        ? `p=${policy}${record.at === domain ? '' : `, from ${record.at}`}`
        : 'the record asks for nothing',
      facts,
      claims: [claimOf(record, policy)],
      raw,
    };
  },
};

const one = (fact: Omit<Fact, 'key' | 'label'>, result: ClaimFinding['result'], summary: string) => ({
  outcome: fact.outcome,
  summary,
  facts: [{ key: 'record', label: 'Record', ...fact }],
  claims: [{ claim: 'dmarc-policy', result, words: fact.words }],
});

const noDomain = (given: string): Omit<Found, 'raw'> =>
  one({ outcome: 'bad', words: `${shown(given)} is not a domain` }, 'contradicts', 'no domain');

function withoutRecord(
  domain: string,
  discovery: Exclude<Discovery, { state: 'found' }>,
): Omit<Found, 'raw'> {
  if (discovery.state === 'unknown')
    return one({ outcome: 'unknown', words: `not known: ${discovery.why}` }, 'unknown', 'unknown');
  const [doubled] = discovery.doubled;
  const words = doubled
    ? `_dmarc.${doubled} has several records, which counts as none`
    : `no record at _dmarc.${domain}, nor above it`;
  return one({ outcome: 'bad', words }, 'contradicts', 'no record');
}

/** A record alone does not align mail; only a message that was sent shows it. */
function claimOf(record: DmarcRecord, policy: string | null): ClaimFinding {
  return policy === null
    ? {
        claim: 'dmarc-policy',
        result: 'contradicts',
        words: `the record asks for nothing: ${list(record.errors, 2)}`,
      }
    : {
        claim: 'dmarc-policy',
        result: 'unknown',
        words: `_dmarc.${record.at} asks for p=${policy}; whether mail is aligned shows in a message that was sent`,
      };
}

function recordFacts(domain: string, record: DmarcRecord): Fact[] {
  const { at, text, errors } = record;
  return [
    {
      key: 'record',
      label: 'Record',
      outcome: 'good',
      words: `${at === domain ? '' : `from _dmarc.${at}: `}${shown(text, 500)}`,
    },
    errors.length === 0
      ? { key: 'syntax', label: 'Syntax', outcome: 'good', words: 'nothing wrong' }
      : { key: 'syntax', label: 'Syntax', outcome: 'bad', words: list(errors) },
    policyFact(domain, record),
    ...softened(record),
    alignmentFact(record),
    ...olderReceivers(domain, record),
  ];
}

const MEANINGS: Record<string, string> = {
  none: 'mail that fails is to be treated as ever',
  quarantine: 'mail that fails is to be held for suspicious',
  reject: 'mail that fails is to be refused',
};

function policyFact(domain: string, record: DmarcRecord): Fact {
  const policy = policyOf(record, domain);
  const row = { key: 'policy', label: 'Policy' };
  if (policy === null) return { ...row, outcome: 'bad', words: 'none that can be used' };
  const tag = record.at === domain || !record.tags.has('sp') ? 'p' : 'sp';
  return {
    ...row,
    outcome: policy === 'none' ? 'note' : 'good',
    words: `${tag}=${policy}: ${MEANINGS[policy]}`,
  };
}

/** What takes back a part of the policy: test mode (RFC 9989), or a share of the mail (RFC 7489). */
function softened({ tags }: DmarcRecord): Fact[] {
  const percent = tags.get('pct');
  const test = tags.get('t')?.toLowerCase() === 'y';
  return [
    ...(test
      ? [
          {
            key: 'test',
            label: 'Test mode',
            outcome: 'note' as const,
            words: 't=y: one step milder than it says',
          },
        ]
      : []),
    ...(percent !== undefined && percent !== '100'
      ? [
          {
            key: 'pct',
            label: 'Share',
            outcome: 'note' as const,
            words: `pct=${shown(percent, 20)}: RFC 9989 has dropped it, and receivers may take it for any number`,
          },
        ]
      : []),
  ];
}

const MODES: Record<string, string> = { r: 'relaxed', s: 'strict' };

function alignmentFact({ tags }: DmarcRecord): Fact {
  const mode = (tag: string) => MODES[tags.get(tag)?.toLowerCase() ?? 'r'] ?? 'relaxed';
  return {
    key: 'alignment',
    label: 'Alignment',
    outcome: 'note',
    words: `DKIM ${mode('adkim')}, SPF ${mode('aspf')}`,
  };
}

/** Receivers that still go by RFC 7489 look nowhere but at the domain and what was registered. */
function olderReceivers(domain: string, { at }: DmarcRecord): Fact[] {
  const registered = registeredDomain(domain);
  if (at === domain || at === registered) return [];
  return [
    {
      key: 'older-receivers',
      label: 'Older receivers',
      outcome: 'note',
      words: `those that go by RFC 7489 look at _dmarc.${registered}, and do not find this record`,
    },
  ];
}

async function reportFacts(record: DmarcRecord, ask: Ask): Promise<Fact[]> {
  const mailboxes = urisOf(record.tags.get('rua'))
    .map(mailboxOf)
    .filter((mailbox) => mailbox !== null);
  if (mailboxes.length === 0)
    return [{ key: 'rua', label: 'Reports', outcome: 'note', words: 'none are asked for (rua)' }];
  return Promise.all(
    mailboxes.map(async ({ address, domain }) => ({
      key: `rua:${shown(address, 300)}`,
      label: `Reports to ${shown(address, 100)}`,
      ...(await acceptance(record.at, domain, ask)),
    })),
  );
}

/** Reports to another organisation need its consent in DNS (RFC 9990). */
async function acceptance(at: string, given: string, ask: Ask): Promise<Pick<Fact, 'outcome' | 'words'>> {
  const domain = dnsName(given);
  if (domain === null) return { outcome: 'bad', words: `${shown(given, 100)} is not a domain` };
  if (registeredDomain(domain) === registeredDomain(at))
    return { outcome: 'good', words: 'in our own domain' };
  const name = `${at}._report._dmarc.${domain}`;
  const answer = await ask(name, 'TXT');
  if (answer.status === 'failed') return { outcome: 'unknown', words: `not known: ${shown(answer.why)}` };
  const agreed =
    answer.status === 'found' && answer.records.some((text) => /^v=DMARC1(?:[ \t;]|$)/.test(text));
  return agreed
    ? { outcome: 'good', words: `${domain} takes them` }
    : { outcome: 'bad', words: `${domain} does not say that it takes them: no record at ${shown(name)}` };
}
