import type { DMARCResult } from 'mailauth';
import { getDomain } from 'tldts';
import { canonicalIp, publicIp } from '../../bounces/sending-ip.ts';
import type { Authenticity, AuthResult } from '../../database/tables.ts';
import type { Ask } from '../../dns/answer.ts';
import { type SignedResults, signedResults } from '../../evidence/authentication/signed-results.ts';
import { spfVerdict, spfWords } from '../../evidence/authentication/spf-verdict.ts';
import { openSample } from '../../evidence/sample/fields.ts';
import { shown } from '../../evidence/wording.ts';
import { believedSpf } from './authentication-results.ts';
import { fieldsOf } from './mail-fields.ts';

/** A mail with what is known of how it came. */
export type MailArrived = {
  raw: Buffer;
  /** Of the connection by which it came; null: not known. */
  clientAddress: string | null;
  helo: string;
  /** Empty for `<>`; null: not known. */
  envelopeSender: string | null;
  /** The border server whose Authentication-Results are believed; empty: none. */
  authservId: string;
};

const DEADLINE_MS = 20_000;
const TOO_LATE = 'the DNS did not answer in time';

const nothing = (fromDomain: string, unknown: string): Authenticity => ({
  fromDomain,
  results: [],
  provenBy: '',
  unknown,
});

/**
 * Finds out who sent a mail (RFC 7208, RFC 6376, RFC 9989, RFC 8617), with its own end: what cannot be found out by then
 * is unknown, as is what a resolver does not answer. Never throws.
 */
export async function authenticate(mail: MailArrived, ask: Ask, now: Date): Promise<Authenticity> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Authenticity>((resolve) => {
    timer = setTimeout(() => resolve(nothing(fromDomainOf(mail.raw), TOO_LATE)), DEADLINE_MS);
  });
  try {
    return await Promise.race([found(mail, ask, now), late]);
  } catch (error) {
    return nothing(
      fromDomainOf(mail.raw),
      `it could not be checked (${shown((error as Error).message, 100)})`,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** The one domain in From; empty where there is none or more than one. */
function fromDomainOf(raw: Buffer): string {
  const from = fieldsOf(raw).filter(({ name }) => name === 'from');
  const domains = new Set(
    from.flatMap(({ value }) => [...value.matchAll(/@([a-z0-9.-]{1,253})/gi)].map(([, name]) => name)),
  );
  return from.length === 1 && domains.size === 1 ? String([...domains][0]).toLowerCase() : '';
}

type Spf = AuthResult & { method: 'spf' };

/** Null: neither the client nor a server of ours can tell. The address of our own relay tells nothing. */
async function spfOf(mail: MailArrived, ask: Ask): Promise<Spf | null> {
  const believed = believedSpf(fieldsOf(mail.raw), mail.authservId);
  if (believed)
    return {
      method: 'spf',
      result: believed.result,
      domain: shown(believed.domain, 253),
      words: `${believed.result}, as ${shown(mail.authservId, 100)} wrote down`,
    };
  const address = mail.clientAddress === null ? null : publicIp(mail.clientAddress);
  const sender =
    mail.envelopeSender || (mail.envelopeSender === '' && mail.helo ? `postmaster@${mail.helo}` : '');
  if (address === null || sender === '') return null;
  const verdict = await spfVerdict(
    { address: canonicalIp(address) ?? address, helo: mail.helo || `[${address}]`, sender },
    ask,
  );
  return {
    method: 'spf',
    result: verdict.result,
    domain: verdict.domain,
    words: spfWords(verdict, address),
  };
}

async function found(mail: MailArrived, ask: Ask, now: Date): Promise<Authenticity> {
  const sample = openSample(mail.raw);
  if (typeof sample === 'string') return nothing(fromDomainOf(mail.raw), sample);
  const spf = await spfOf(mail, ask);
  const results = await signedResults(sample.message, spf?.result === 'pass' ? spf.domain : null, ask, now);
  const { dmarc } = results;
  const fromDomain =
    typeof dmarc === 'string'
      ? fromDomainOf(mail.raw)
      : (dmarc.status.header?.from ?? dmarc.domain).toLowerCase();
  const all = [
    ...(spf ? [spf] : []),
    ...dkimResults(results),
    dmarcResult(dmarc, fromDomain),
    arcResult(results),
  ];
  const provenBy = proofOf(dmarc, all, fromDomain);
  return {
    fromDomain: shown(fromDomain, 253),
    results: all,
    provenBy,
    unknown: provenBy === '' ? whyUnknown(all, spf) : '',
  };
}

/** In test mode (t=y) a signature counts for nothing, and one of only a part (l=) says nothing of the rest. */
const dkimResults = ({ signatures }: SignedResults): AuthResult[] =>
  signatures.map(({ status, signingDomain = '' }) => {
    const weak = status.testing
      ? 'its key is in test mode'
      : status.underSized
        ? 'it covers a part of the mail only'
        : '';
    const result = weak ? 'policy' : status.result;
    return {
      method: 'dkim',
      result,
      domain: shown(signingDomain.toLowerCase(), 253),
      words: [`${result}: signed by ${shown(signingDomain, 100)}`, weak || comment(status.comment)]
        .filter(Boolean)
        .join(', '),
    };
  });

const comment = (text: unknown) => (typeof text === 'string' && text !== '' ? `(${shown(text, 100)})` : '');

function dmarcResult(dmarc: DMARCResult | string, domain: string): AuthResult {
  if (typeof dmarc === 'string') return { method: 'dmarc', result: 'fail', domain, words: `fail: ${dmarc}` };
  const { result } = dmarc.status;
  const said: Record<string, string> = {
    pass: `pass for ${domain}`,
    fail: `fail: nothing proves that it is from ${domain}`,
    none: `none: ${domain} has no policy`,
  };
  return {
    method: 'dmarc',
    result,
    domain,
    words: shown(said[result] ?? `${result}: the policy of ${domain} could not be looked up`),
  };
}

const arcResult = ({ arc }: SignedResults): AuthResult => ({
  method: 'arc',
  result: arc.status.result,
  domain: shown(arc.signature ? String(arc.signature.signingDomain ?? '') : '', 253),
  words: arc.status.result === 'none' ? 'none: nobody says that it was passed on' : arc.status.result,
});

/** Of one organisation (relaxed alignment, RFC 7489 § 3.1), where the domain has no policy that says more. */
function aligned(domain: string, fromDomain: string): boolean {
  if (domain === '' || fromDomain === '') return false;
  const organisation = (name: string) => getDomain(name, { allowPrivateDomains: true });
  return (
    domain === fromDomain ||
    (organisation(domain) !== null && organisation(domain) === organisation(fromDomain))
  );
}

function proofOf(dmarc: DMARCResult | string, all: AuthResult[], fromDomain: string): string {
  if (typeof dmarc === 'string') return '';
  const passed = all.filter(
    ({ method, result, domain }) =>
      (method === 'dkim' || method === 'spf') && result === 'pass' && aligned(domain, fromDomain),
  );
  const [first] = [...passed].sort((a) => (a.method === 'dkim' ? -1 : 1));
  if (!first) return '';
  if (dmarc.status.result === 'pass') return `DMARC passed for ${shown(fromDomain, 100)}`;
  // Its owner says by which rules; by those nothing is aligned.
  if (dmarc.status.result === 'fail') return '';
  return first.method === 'dkim'
    ? `a valid signature of ${shown(first.domain, 100)}`
    : `SPF passed for ${shown(first.domain, 100)}`;
}

/** Why nobody can tell; empty where it is plain that nothing proves the sender. */
function whyUnknown(all: AuthResult[], spf: Spf | null): string {
  if (all.some(({ result }) => result === 'temperror')) return 'the DNS did not answer';
  return spf === null ? 'it is not known which server it came from, and no signature proves it' : '';
}
