import { dkim } from './authentication/dkim.ts';
import { dmarc } from './authentication/dmarc.ts';
import { spf } from './authentication/spf.ts';
import { domainMail } from './domain/domain-mail.ts';
import { transportPolicy } from './domain/transport-policy.ts';
import type { Kind } from './kind.ts';
import { domainLists } from './lists/domain-lists.ts';
import { publicLists } from './lists/public-lists.ts';
import { senderScore } from './lists/sender-score.ts';
import { names } from './names/names.ts';

/** All kinds of evidence, in the order in which pages show them. */
// biome-ignore format: one kind a line
export const KINDS: Kind[] = [
  publicLists,
  senderScore,
  names,
  spf,
  dkim,
  dmarc,
  domainLists,
  domainMail,
  transportPolicy,
];
