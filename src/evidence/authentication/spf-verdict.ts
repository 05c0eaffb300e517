import type { Ask } from '../../dns/answer.ts';
import type { Outcome } from '../kind.ts';
import { shown } from '../wording.ts';
import { resolverOf } from './mail-resolver.ts';

/** Results of RFC 7208 § 2.6. */
export type SpfResult = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'permerror' | 'temperror';
export type SpfVerdict = {
  result: SpfResult;
  /** What mailauth says of an error. */
  why: string;
  /** The domain that was checked. */
  domain: string;
  lookUps: number;
  voids: number;
};

const MTA = 'delist-desk';

/** Evaluates SPF for a sender as receivers do, by the letter of RFC 7208. */
export async function spfVerdict(
  { address, helo, sender }: { address: string; helo: string; sender: string },
  ask: Ask,
): Promise<SpfVerdict> {
  const { spf } = await import('mailauth/lib/spf/index.js');
  const answer = await spf({
    sender,
    ip: address,
    helo,
    mta: MTA,
    resolver: resolverOf(ask),
    strict: true,
    maxElapsedTime: 60_000,
  });
  const comment = String(answer.status.comment ?? '');
  const about = `lookup of ${sender}: `;
  const at = comment.indexOf(about);
  return {
    result: answer.status.result as SpfResult,
    why: at < 0 ? '' : shown(comment.slice(at + about.length)),
    domain: answer.domain,
    lookUps: answer.lookups?.count ?? 0,
    voids: answer.lookups?.void ?? 0,
  };
}

export const SPF_OUTCOME: Record<SpfResult, Outcome> = {
  pass: 'good',
  fail: 'bad',
  softfail: 'bad',
  neutral: 'bad',
  none: 'bad',
  permerror: 'bad',
  temperror: 'unknown',
};

const MEANINGS: Record<SpfResult, (address: string, domain: string) => string> = {
  pass: (address, domain) => `${address} may send for ${domain}`,
  fail: (address, domain) => `${domain} says that ${address} may not send`,
  softfail: (address, domain) => `${domain} says that ${address} should not send`,
  neutral: (address, domain) => `${domain} says nothing of ${address}`,
  none: (_, domain) => `${domain} has no SPF record`,
  permerror: (_, domain) => `the record of ${domain} cannot be used`,
  temperror: () => 'not known',
};

/** `permerror: the record of example.com cannot be used (Too many DNS requests)`. */
export function spfWords({ result, why, domain }: SpfVerdict, address: string): string {
  const reason = why === '' ? '' : ` (${why})`;
  return `${result}: ${MEANINGS[result](address, shown(domain, 100))}${reason}`;
}
