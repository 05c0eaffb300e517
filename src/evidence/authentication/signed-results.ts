import type { ARCResult, DKIMResult, DKIMVerifyOptions, DMARCResult } from 'mailauth';
import type { Ask } from '../../dns/answer.ts';
import { resolverOf } from './mail-resolver.ts';

/** What a receiver finds out about a message. */
export type SignedResults = {
  signatures: DKIMResult[];
  /** A text says why there can be no result. */
  dmarc: DMARCResult | string;
  arc: ARCResult;
};

const NO_DMARC = {
  'no-author-domain': 'From names nobody',
  'multiple-author-domains': 'From names several domains',
  'invalid-author-domain': 'the domain in From is none',
  'multiple-from-fields': 'there are several From fields',
} as const;

/** DKIM, ARC, and DMARC with the domain for which SPF passed; null: for none. */
export async function signedResults(
  message: Buffer,
  spfDomain: string | null,
  ask: Ask,
  now: Date,
): Promise<SignedResults> {
  const [{ dkimVerify }, { arc: verifyArc }, { evaluateDmarc }] = await Promise.all([
    import('mailauth/lib/dkim/verify.js'),
    import('mailauth/lib/arc/index.js'),
    import('mailauth/lib/dmarc/index.js'),
  ]);
  const resolver = resolverOf(ask);
  const options: DKIMVerifyOptions = { resolver, curTime: now, minBitLength: 1024, strict: true };
  const dkim = await dkimVerify(message, options);
  const arc = await verifyArc(dkim.arc as Parameters<typeof verifyArc>[0], {
    resolver,
    minBitLength: 1024,
    strict: true,
  });
  const passing = dkim.results.filter(
    ({ status, signingDomain }) => status.result === 'pass' && signingDomain,
  );
  const dmarc = await evaluateDmarc({
    headerFrom: dkim.headerFrom,
    fromFields: dkim.fromFields,
    spfDomains: spfDomain === null ? [] : [spfDomain],
    dkimDomains: passing.map(({ signingDomain = '', status }) => ({
      domain: signingDomain,
      ...(status.underSized === undefined ? {} : { underSized: status.underSized }),
    })),
    arcResult: arc,
    resolver,
    strict: true,
  });
  return {
    signatures: dkim.results.filter(({ status }) => status.result !== 'none'),
    dmarc: dmarc.response || NO_DMARC[dmarc.reason ?? 'no-author-domain'],
    arc,
  };
}
