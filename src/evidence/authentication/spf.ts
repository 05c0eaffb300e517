import type { Ask } from '../../dns/answer.ts';
import { asking } from '../asking.ts';
import { dnsName, isHostName } from '../domain-name.ts';
import {
  type AddressKind,
  type AddressSubject,
  type ClaimFinding,
  type Fact,
  type Outcome,
  outcomeOf,
} from '../kind.ts';
import { count, list, shown } from '../wording.ts';
import { allOf, below, lookUps, type SpfNode, spfTree } from './spf-tree.ts';
import { SPF_OUTCOME, type SpfVerdict, spfVerdict, spfWords } from './spf-verdict.ts';

/** SPF of every sending domain, evaluated for the address (RFC 7208), with all that the record leads to. */
export const spf: AddressKind = {
  key: 'spf',
  title: 'SPF',
  of: 'address',
  async look(subject, world) {
    const domains = [...new Set(subject.domains)];
    const checked: Checked[] = [];
    for (const domain of domains) checked.push(await check(domain, subject, world.ask));
    const helo = await heloOf(subject, world.ask);
    const facts = [...checked.flatMap((one) => one.facts), ...helo.facts];
    return {
      outcome: outcomeOf(facts),
      summary: summaryOf(checked),
      facts,
      claims: [{ claim: 'spf-pass', ...claimOf(checked, subject.address) }],
      raw: Object.assign({}, ...checked.map((one) => one.raw), helo.raw),
    };
  },
};

const MAX_LOOK_UPS = 10;

type Checked = {
  domain: string;
  /** What counts for the claim. */
  outcome: Outcome;
  words: string;
  facts: Fact[];
  raw: Record<string, unknown>;
};

async function check(given: string, subject: AddressSubject, outside: Ask): Promise<Checked> {
  const { ask, raw } = asking(outside);
  const domain = dnsName(given);
  if (domain === null) {
    const words = `${shown(given)} is not a domain`;
    return { domain: given, outcome: 'bad', words, facts: [fact(shown(given), 'bad', words)], raw };
  }
  const sender = `postmaster@${domain}`;
  const verdict = await spfVerdict(
    { address: subject.address, helo: heloName(subject) ?? domain, sender },
    ask,
  );
  const tree = await spfTree(domain, ask);
  const size = sizeFact(domain, tree);
  const words = spfWords(verdict, subject.address);
  const facts = [
    fact(domain, SPF_OUTCOME[verdict.result], `${words}${costOf(verdict)}`),
    ...recordFacts(domain, tree),
    ...(size ? [size] : []),
    ...below(tree).map(({ node, path }) => branchFact(domain, node, path)),
  ];
  const tooMany = size?.outcome === 'bad' && verdict.result === 'pass';
  return tooMany
    ? { domain, outcome: 'bad', words: `${domain}: ${size.words}`, facts, raw }
    : { domain, outcome: SPF_OUTCOME[verdict.result], words, facts, raw };
}

const fact = (domain: string, outcome: Outcome, words: string): Fact => ({
  key: `verdict:${domain}`,
  label: domain,
  outcome,
  words,
});

const costOf = ({ lookUps, voids }: SpfVerdict) =>
  lookUps === 0 ? '' : `; ${count(lookUps, 'look-up')}${voids === 0 ? '' : `, ${voids} in vain`}`;

const ALL: Record<string, [Outcome, string]> = {
  '-all': ['good', '-all: nobody else may send'],
  '~all': ['good', '~all: others are suspect'],
  '?all': ['note', '?all: others are as good as unknown'],
  '+all': ['bad', '+all: the whole world may send, so the record says nothing'],
};

function recordFacts(domain: string, tree: SpfNode): Fact[] {
  if (tree.state !== 'record') return [];
  const [outcome, words] = ALL[allOf(tree) ?? ''] ?? [
    'note',
    'no “all” at the end: others are as good as unknown',
  ];
  const ptr = [tree, ...below(tree).map(({ node }) => node)].find(({ terms }) =>
    terms.some(({ name }) => name === 'ptr'),
  );
  const facts: Fact[] = [
    { key: `record:${domain}`, label: `Record of ${domain}`, outcome: 'note', words: shown(tree.text, 500) },
    { key: `all:${domain}`, label: `Other addresses, ${domain}`, outcome, words },
  ];
  return ptr
    ? [...facts, { key: `ptr:${domain}`, label: `ptr, ${domain}`, outcome: 'note', words: PTR(ptr.domain) }]
    : facts;
}

const PTR = (domain: string) => `${domain} uses “ptr”, which is slow and not to be used (RFC 7208 § 5.5)`;

/** What the whole record costs: an address that matches late, or nowhere, gets `permerror` past the limit. */
function sizeFact(domain: string, tree: SpfNode): Fact | null {
  if (tree.state !== 'record') return null;
  const nodes = below(tree).map(({ node }) => node);
  const key = `look-ups:${domain}`;
  const label = `Size of the record, ${domain}`;
  const needed = lookUps(tree);
  if (needed > MAX_LOOK_UPS)
    return { key, label, outcome: 'bad', words: `needs ${needed} look-ups; ${MAX_LOOK_UPS} are allowed` };
  if (nodes.some(({ state }) => state === 'unknown'))
    return { key, label, outcome: 'unknown', words: `at least ${needed} of ${MAX_LOOK_UPS} look-ups` };
  return { key, label, outcome: 'good', words: `${needed} of ${MAX_LOOK_UPS} look-ups` };
}

/** What a broken part means for the whole (RFC 7208 § 5.2, § 6.1). */
const BROKEN: Record<SpfNode['state'], [Outcome, string]> = {
  record: ['good', ''],
  none: ['bad', 'has no SPF record: the whole record cannot be used'],
  several: ['bad', 'has several SPF records: the whole record cannot be used'],
  unknown: ['unknown', 'not known'],
  'bad-name': ['bad', 'is not a domain: the whole record cannot be used'],
  macro: ['note', 'depends on the message'],
  loop: ['bad', 'leads back to itself: the whole record cannot be used'],
  limit: ['bad', 'not looked at: the record leads to too many others'],
};

function branchFact(domain: string, node: SpfNode, path: string[]): Fact {
  const [outcome, words] = BROKEN[node.state];
  const why = node.text === '' ? '' : `: ${shown(node.text)}`;
  return {
    key: shown(`part:${[domain, ...path].join(' > ')}`, 600),
    label: `${'\u2003'.repeat(path.length - 1)}↳ ${node.by} ${shown(node.domain, 100)}`,
    outcome,
    words: node.state === 'record' ? shown(node.text, 500) : `${words}${why}`,
  };
}

function heloName({ helo }: AddressSubject): string | null {
  const name = dnsName(helo);
  return name !== null && isHostName(name) ? name : null;
}

/** The HELO identity (RFC 7208 § 2.3) counts where the envelope sender is empty: for bounces. */
async function heloOf(subject: AddressSubject, outside: Ask): Promise<Pick<Checked, 'facts' | 'raw'>> {
  const name = heloName(subject);
  const { ask, raw } = asking(outside);
  if (name === null) return { facts: [], raw };
  const verdict = await spfVerdict(
    { address: subject.address, helo: name, sender: `postmaster@${name}` },
    ask,
  );
  const outcome =
    verdict.result === 'none' || verdict.result === 'neutral' ? 'note' : SPF_OUTCOME[verdict.result];
  return {
    facts: [{ key: 'helo', label: `HELO name ${name}`, outcome, words: spfWords(verdict, subject.address) }],
    raw,
  };
}

function summaryOf(checked: Checked[]): string {
  if (checked.length === 0) return 'no sending domain is known';
  const named = (outcome: Outcome) =>
    checked.filter((one) => one.outcome === outcome).map(({ domain }) => shown(domain, 60));
  const parts = (
    [
      ['good', 'passes for'],
      ['bad', 'does not pass for'],
      ['unknown', 'unknown for'],
    ] as const
  )
    .map(([outcome, words]) => [words, named(outcome)] as const)
    .filter(([, domains]) => domains.length > 0);
  return parts.map(([words, domains]) => `${words} ${list(domains, 3)}`).join('; ');
}

function claimOf(checked: Checked[], address: string): Omit<ClaimFinding, 'claim'> {
  const bad = checked.find(({ outcome }) => outcome === 'bad');
  if (bad) return { result: 'contradicts', words: bad.words };
  const open = checked.find(({ outcome }) => outcome !== 'good');
  if (open) return { result: 'unknown', words: open.words };
  const [first] = checked;
  if (!first) return { result: 'unknown', words: 'no sending domain is known' };
  return {
    result: 'supports',
    words: list(
      checked.map(({ words }) => words),
      3,
    ),
    phrase: { key: 'spf', values: { address, domains: { list: checked.map(({ domain }) => domain) } } },
  };
}
