import type { Reason } from '../providers/schema.ts';

/** How the provider was recognised, in falling order of trust. */
export type ProviderBasis = 'text' | 'host' | 'recipient' | 'list' | 'generic';

/**
 * One SMTP reply that refused or deferred mail (RFC 5321 § 4.2, RFC 3463), as read from what was pasted.
 * `null` means that the input does not say; nothing is guessed.
 */
export type Rejection = {
  /** Line of the input on which the reply starts, from 1. */
  line: number;
  /** Catalogue key of who refused. */
  provider: string | null;
  providerBasis: ProviderBasis | null;
  /** Catalogue entry that decided, as `provider-key/rule-id` or `generic/rule-id`. */
  rule: string | null;
  /** The sending address that is refused, canonical (RFC 5952), never the receiver's own. */
  ip: string | null;
  /** Three digits. */
  replyCode: string | null;
  enhancedCode: string | null;
  /** The provider's own code, such as S3150 or TSS04. */
  blockCode: string | null;
  reason: Reason | null;
  /** True for 4xx replies, false for 5xx, null without a code. */
  temporary: boolean | null;
  recipient: string | null;
  recipientDomain: string | null;
  /** The host that refused. */
  mx: string | null;
  /** The third-party list that the reply cites, and the catalogue key of its operator. */
  listName: string | null;
  listOwner: string | null;
  /** RFC 3339 in UTC. */
  at: string | null;
  /** True when year or zone of `at` were not in the text. */
  atGuessed: boolean;
  /** The reply, unwrapped to one line, as it was said. */
  text: string;
};
