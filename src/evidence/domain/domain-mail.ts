import type { Ask, DnsAnswer } from '../../dns/answer.ts';
import { asking } from '../asking.ts';
import { dnsName, isHostName, registeredDomain } from '../domain-name.ts';
import { type ClaimFinding, type DomainKind, type Fact, type Found, outcomeOf } from '../kind.ts';
import { list, shown } from '../wording.ts';

/** Whether a sending domain can be answered: it exists, and mail to it has somewhere to go. */
export const domainMail: DomainKind = {
  key: 'domain-mail',
  title: 'Mail to the domain',
  of: 'domain',
  async look(subject, world) {
    const { ask, raw } = asking(world.ask);
    const domain = dnsName(subject.domain);
    if (domain === null) return { ...noDomain(subject.domain), raw };
    const [ways, soa] = await Promise.all([waysIn(domain, ask), soaFact(domain, ask)]);
    const facts = [...ways.facts, soa, ...ROLES.map((role) => roleFact(role, domain, ways))];
    const summary = soa.outcome === 'bad' ? `${ways.summary}; ${soa.words}` : ways.summary;
    return { outcome: outcomeOf(facts), summary, facts, claims: [claimOf(domain, ways)], raw };
  },
};

const noDomain = (given: string): Omit<Found, 'raw'> => ({
  outcome: 'bad',
  summary: 'no domain',
  facts: [{ key: 'mx', label: 'Mail servers', outcome: 'bad', words: `${shown(given)} is not a domain` }],
  claims: [],
});

/** How mail gets to a domain. `open`: null where nobody answered. */
type Ways = { open: boolean | null; facts: Fact[]; summary: string };

const MAX_HOSTS = 10;
const MX = { key: 'mx', label: 'Mail servers' };

async function waysIn(domain: string, ask: Ask): Promise<Ways> {
  const answer = await ask(domain, 'MX');
  if (answer.status === 'failed') return unknownWay(answer.why);
  const hosts = answer.status === 'found' ? hostsOf(answer.records) : [];
  if (hosts.length === 0) return byAddress(domain, ask);
  if (hosts.includes('')) return nullMx(hosts);
  const rows = await Promise.all(hosts.slice(0, MAX_HOSTS).map((host) => hostFact(host, ask)));
  const dead = rows.every(({ outcome }) => outcome === 'bad');
  const doubtful = rows.every(({ outcome }) => outcome !== 'good');
  const words = list(hosts.map((host) => shown(host, 100)));
  const outcome = dead ? 'bad' : doubtful ? 'unknown' : 'good';
  return {
    open: dead ? false : doubtful ? null : true,
    facts: [{ ...MX, outcome, words }, ...rows],
    summary: dead ? 'no mail server can be reached' : `mail goes to ${shown(hosts[0] ?? '', 80)}`,
  };
}

/** `10 mx.example.net` → the names, the most preferred first. */
const hostsOf = (records: string[]): string[] =>
  records
    .map((record) => {
      const [preference = '', host = ''] = record.trim().split(' ');
      return { preference: Number(preference), host: host.replace(/\.$/, '').toLowerCase() };
    })
    .sort((a, b) => a.preference - b.preference || a.host.localeCompare(b.host))
    .map(({ host }) => host);

const unknownWay = (why: string): Ways => ({
  open: null,
  facts: [{ ...MX, outcome: 'unknown', words: `not known: ${shown(why)}` }],
  summary: 'mail servers unknown',
});

const nullMx = (hosts: string[]): Ways => ({
  open: false,
  facts: [
    {
      ...MX,
      outcome: 'bad',
      words:
        hosts.length === 1
          ? 'the domain takes no mail (null MX, RFC 7505), so that many receivers refuse mail from it'
          : 'a null MX stands beside others, which RFC 7505 forbids',
    },
  ],
  summary: 'the domain takes no mail',
});

/** Without an MX, mail goes to the domain's own address (RFC 5321 § 5.1). */
async function byAddress(domain: string, ask: Ask): Promise<Ways> {
  const answers = await Promise.all([ask(domain, 'A'), ask(domain, 'AAAA')]);
  if (answers.some(({ status }) => status === 'found'))
    return {
      open: true,
      facts: [{ ...MX, outcome: 'note', words: 'no MX; mail goes to the address of the domain itself' }],
      summary: 'no MX, but an address',
    };
  const failed = failureIn(answers);
  if (failed !== null) return unknownWay(failed);
  return {
    open: false,
    facts: [{ ...MX, outcome: 'bad', words: 'neither MX nor address: nobody can answer' }],
    summary: 'neither MX nor address',
  };
}

const failureIn = (answers: DnsAnswer[]): string | null =>
  answers.map((answer) => (answer.status === 'failed' ? answer.why : null)).find((why) => why !== null) ??
  null;

async function hostFact(host: string, ask: Ask): Promise<Fact> {
  const row = { key: `mx:${shown(host, 300)}`, label: shown(host, 100) };
  if (!isHostName(host)) return { ...row, outcome: 'bad', words: 'is not the name of a host' };
  const answers = await Promise.all([ask(host, 'A'), ask(host, 'AAAA')]);
  const addresses = answers.flatMap((answer) => (answer.status === 'found' ? answer.records : []));
  if (addresses.length > 0) return { ...row, outcome: 'good', words: `at ${list(addresses, 4)}` };
  const failed = failureIn(answers);
  return failed === null
    ? { ...row, outcome: 'bad', words: 'has no address' }
    : { ...row, outcome: 'unknown', words: `not known: ${shown(failed)}` };
}

/** Yahoo wants a domain that exists as a zone; a subdomain stands in the zone of what was registered. */
async function soaFact(domain: string, ask: Ask): Promise<Fact> {
  const row = { key: 'soa', label: 'Zone' };
  const names = [...new Set([domain, registeredDomain(domain)])];
  const answers = await Promise.all(names.map((name) => ask(name, 'SOA')));
  const at = names.find((_, index) => answers[index]?.status === 'found');
  if (at !== undefined)
    return { ...row, outcome: 'good', words: at === domain ? 'a zone of its own' : `in the zone of ${at}` };
  const failed = failureIn(answers);
  return failed === null
    ? { ...row, outcome: 'bad', words: 'no SOA record' }
    : { ...row, outcome: 'unknown', words: `not known: ${shown(failed)}` };
}

/** Mailboxes that every domain should have (RFC 2142 § 4 and 5). */
const ROLES = ['abuse', 'postmaster'] as const;

function roleFact(role: string, domain: string, { open }: Ways): Fact {
  const row = { key: role, label: `${role}@${shown(domain, 100)}` };
  if (open === null) return { ...row, outcome: 'unknown', words: 'it is not known where mail to it goes' };
  return open
    ? { ...row, outcome: 'note', words: 'mail to it has somewhere to go; whether it is read was not tried' }
    : { ...row, outcome: 'bad', words: 'mail to it goes nowhere' };
}

/** That mail arrives and is read can only be seen by sending some; that it cannot is seen here. */
function claimOf(domain: string, { open }: Ways): ClaimFinding {
  const claim = 'abuse-mailbox-works';
  if (open === false)
    return { claim, result: 'contradicts', words: `mail to abuse@${shown(domain)} goes nowhere` };
  return {
    claim,
    result: 'unknown',
    words: 'only a test message shows that abuse@ and postmaster@ are read',
  };
}
