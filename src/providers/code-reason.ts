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
  // Conversion and international mail: what the two systems can do, not what the message says.
  '6.1': 'not-a-block',
  '6.2': 'not-a-block',
  '6.3': 'not-a-block',
  '6.4': 'not-a-block',
  '6.5': 'not-a-block',
  '6.7': 'not-a-block',
  '6.8': 'not-a-block',
  '6.9': 'not-a-block',
  '6.10': 'not-a-block',
  // The client's own login, or an account at the receiver: nobody is blocked.
  '7.8': 'not-a-block',
  '7.9': 'not-a-block',
  '7.10': 'not-a-block',
  '7.11': 'not-a-block',
  '7.12': 'not-a-block',
  '7.13': 'not-a-block',
  '7.17': 'not-a-block',
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

/** Replies about logging in (RFC 4954 § 6): a matter of our own set-up, whatever the enhanced code. */
const ABOUT_LOGIN = new Set(['530', '534', '535', '538']);

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
  if (replyCode !== null && ABOUT_LOGIN.has(replyCode)) return 'not-a-block';
  const [, subject = '', detail = ''] = enhancedCode?.split('.') ?? [];
  const byEnhanced = BY_DETAIL[`${subject}.${detail}`] ?? BY_SUBJECT[subject];
  if (byEnhanced !== undefined) return byEnhanced;
  return replyCode === null ? null : byReplyCode(replyCode, atConnect);
}
