import { dkim } from './dkim.ts';
import { dmarc } from './dmarc.ts';
import { domainLists } from './domain-lists.ts';
import { domainMail } from './domain-mail.ts';
import type { Kind } from './kind.ts';
import { names } from './names.ts';
import { publicLists } from './public-lists.ts';
import { senderScore } from './sender-score.ts';
import { spf } from './spf.ts';
import { transportPolicy } from './transport-policy.ts';

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
