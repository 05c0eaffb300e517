import type { Reason } from './schema.ts';

/**
 * What codes alone say, where no words are known. RFC 3463: the subject is the second number; x.1 is about
 * addresses, x.2 mailboxes, x.3 systems, x.4 the network, x.5 the protocol, x.6 the content, x.7 policy.
 */
const BY_SUBJECT: Record<string, Reason> = {
  '1': 'not-a-block',
  '2': 'not-a-block',
  '3': 'not-a-block',
  '4': 'not-a-block',
  '5': 'not-a-block',
  '6': 'content',
  '7': 'policy',
};

/** Details that say more than their subject (RFC 3463, RFC 7372, the registry of RFC 5248). */
const BY_DETAIL: Record<string, Reason> = {
  '1.7': 'policy',
  '1.8': 'policy',
  '7.20': 'authentication',
  '7.21': 'authentication',
  '7.22': 'authentication',
  '7.23': 'authentication',
  '7.24': 'authentication',
  '7.25': 'missing-ptr',
  '7.26': 'authentication',
  '7.27': 'authentication',
  '7.28': 'rate-limit',
};

/** At the greeting only the address of the sender is known, so it is what a 5xx refuses. */
function byReplyCode(replyCode: string, atConnect: boolean): Reason | null {
  if (replyCode.startsWith('4') || replyCode === '552') return 'not-a-block';
  return atConnect ? 'ip-reputation' : null;
}

/** The reason by codes alone; null when they do not tell. */
export function reasonByCode(
  replyCode: string | null,
  enhancedCode: string | null,
  atConnect: boolean,
): Reason | null {
  const [, subject = '', detail = ''] = enhancedCode?.split('.') ?? [];
  const byEnhanced = BY_DETAIL[`${subject}.${detail}`] ?? BY_SUBJECT[subject];
  if (byEnhanced !== undefined) return byEnhanced;
  return replyCode === null ? null : byReplyCode(replyCode, atConnect);
}
