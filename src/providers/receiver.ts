import type { ProviderBasis } from '../bounces/rejection.ts';
import type { Catalogue } from './catalogue.ts';
import { deskAt } from './desk-pages.ts';
import { providerForDomain, providerForHost } from './playbook.ts';
import type { Seen } from './rule-index.ts';
import type { Provider } from './schema.ts';

/** A reply and what its surroundings say of the receiver; null where they do not. */
export type Reply = {
  text: string;
  replyCode: string | null;
  enhancedCode: string | null;
  /** The host that refused. */
  host: string | null;
  recipientDomain: string | null;
  /** True for a reply to the connection itself (RFC 5321 § 3.1). */
  atConnect?: boolean;
  /** True for a reply to MAIL FROM, before any recipient was named. */
  atSender?: boolean;
};

/** Who runs no mail servers for others is cited by those who do. */
const onlyLists = (provider: Provider): boolean =>
  provider.kind !== 'mailbox-provider' && provider.hosts.length === 0;

/** A rule about the provider's own list names who can delist, not who refused. */
export function aboutOwnList({ list, provider, rule }: Seen): boolean {
  if (list !== null) return true;
  if (provider === null || rule?.listOwner !== provider.key) return false;
  return onlyLists(provider) || !rule.identifies;
}

/** Whether what was seen names its provider as the one who refused. */
const namesReceiver = (seen: Seen): boolean =>
  seen.provider !== null && !aboutOwnList(seen) && (seen.rule === null || seen.rule.identifies);

export type Receiver = { provider: string; basis: ProviderBasis };

/** Host names in a reply; those of mail addresses do not count, since they are the sender's or recipient's. */
const HOST_IN_TEXT = /(?<![\w@.-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}[a-z]{2,24}(?![\w@-])/gi;

/** More host names than this are no reply's. */
const MOST_HOSTS = 20;

/** Where customers hand in their mail: replies name it as the way to take, or it passed the reply on. */
const SUBMISSION =
  /^(?:smtps?|smtp-?(?:auth|out|mail|relay)|authsmtp|submission|outgoing|outbound|mailout)\d{0,2}\./i;

/** Whether a host that is nobody's known one took the mail on its way: the recipient's provider never saw it. */
const onTheWay = (host: string | null): boolean => host !== null && SUBMISSION.test(host);

/** The name of an address, and so not of who refuses it: numbers of the address in it, or the address behind it. */
const OF_AN_ADDRESS = /\d{1,3}[.-]\d{1,3}[.-]\d{1,3}|ip-?\d{4}/i;
const ADDRESS_BEHIND = /^\)?\s?[[(]{1,2}\d/;

/** Right behind the codes a server says its own name. */
const BEHIND_CODES = /^\d{3}[- ](?:\d\.\d{1,3}\.\d{1,3} )?$/;

/** Behind these words stands the one that was spoken to. */
const SPOKEN_TO = /\b(?:to|with|host|server) $/i;

/** Whose host it is; who retells a reply names the provider's domain in its place. */
const hostOf = (catalogue: Catalogue, host: string): Provider | undefined =>
  providerForHost(catalogue, host) ?? providerForDomain(catalogue, host);

const hasAddress = (text: string, name: string, at: number): boolean =>
  OF_AN_ADDRESS.test(name) || ADDRESS_BEHIND.test(text.slice(at + name.length, at + name.length + 6));

/** Whose a host in a reply is, where its name is not the sender's own or the way to hand in mail. */
function keyOfHost(catalogue: Catalogue, text: string, name: string, at: number): string | undefined {
  const spokenTo = SPOKEN_TO.test(text.slice(Math.max(0, at - 8), at));
  if (!spokenTo && hasAddress(text, name, at)) return undefined;
  if (BEHIND_CODES.test(text.slice(0, at))) return hostOf(catalogue, name)?.key;
  if (!spokenTo && SUBMISSION.test(name)) return undefined;
  return providerForHost(catalogue, name)?.key ?? deskAt(catalogue, name);
}

function hostInText(catalogue: Catalogue, text: string): string | undefined {
  let left = MOST_HOSTS;
  for (const { 0: name, index } of text.matchAll(HOST_IN_TEXT)) {
    const key = keyOfHost(catalogue, text, name, index);
    if (key !== undefined) return key;
    left -= 1;
    if (left === 0) return undefined;
  }
  return undefined;
}

/** Role mailboxes (RFC 2142, and what desks are called) are their provider's own, unlike other addresses in a reply. */
const DESK =
  /(?<![\w.+-])(?:postmaster|abuse|noc|(?:un)?block|delist|removal|black-?list|spam-?report|rbl)[\w.+-]{0,40}@((?:[a-z0-9][a-z0-9-]{0,62}\.){1,6}[a-z]{2,24})/gi;

/** The provider whose desk the reply names. */
function deskInText(catalogue: Catalogue, text: string): string | undefined {
  for (const match of text.matchAll(DESK)) {
    const name = match[1] ?? '';
    const key = (providerForDomain(catalogue, name) ?? providerForHost(catalogue, name))?.key;
    if (key !== undefined) return key;
  }
  return undefined;
}

export const keyOf = (item: Seen | undefined): string | undefined => item?.provider?.key;

/** One operator's services use the same words; the host or domain tells them apart. */
export const sameOperator = (catalogue: Catalogue, key: string, item: Seen | undefined): boolean =>
  item?.provider?.operator !== undefined &&
  item.provider.key !== key &&
  catalogue.byKey.get(key)?.operator === item.provider.operator;

/**
 * Who refused: words that name a provider and are confirmed by host or domain; then the host; then a
 * mailbox provider's own words; then the recipient's domain; then a filter vendor's words; last a host
 * name, a desk's page or its address inside the reply, unless it only cites that operator's list. Words of a vendor never beat a receiver that is known otherwise, since many
 * receivers use the same vendors.
 */
export function receiver(catalogue: Catalogue, reply: Reply, text: string, seen: Seen[]): Receiver | null {
  const byHost = reply.host === null ? undefined : hostOf(catalogue, reply.host)?.key;
  const byDomain =
    reply.recipientDomain === null || (byHost === undefined && onTheWay(reply.host))
      ? undefined
      : providerForDomain(catalogue, reply.recipientDomain)?.key;
  const named = seen.filter(namesReceiver);
  const confirmed =
    named.find((item) => keyOf(item) === byHost) ?? named.find((item) => keyOf(item) === byDomain);
  const mailboxWords = named.find((item) => item.provider?.kind === 'mailbox-provider');
  const sibling = [byHost, byDomain].find(
    (key) =>
      key !== undefined &&
      mailboxWords?.rule?.onlyHere !== true &&
      sameOperator(catalogue, key, mailboxWords),
  );
  if (sibling !== undefined) return { provider: sibling, basis: sibling === byHost ? 'host' : 'recipient' };
  if (confirmed) return { provider: keyOf(confirmed) ?? '', basis: 'text' };
  const mailbox = keyOf(mailboxWords);
  const vendor = keyOf(named.find((item) => item.provider?.kind !== 'mailbox-provider'));
  if (byHost !== undefined) {
    const ownWords = seen.some((item) => keyOf(item) === byHost);
    return ownWords || mailbox === undefined
      ? { provider: byHost, basis: 'host' }
      : { provider: mailbox, basis: 'text' };
  }
  if (mailbox !== undefined) return { provider: mailbox, basis: 'text' };
  if (byDomain !== undefined) return { provider: byDomain, basis: 'recipient' };
  if (vendor !== undefined) return { provider: vendor, basis: 'text' };
  const inText = hostInText(catalogue, text) ?? deskInText(catalogue, text);
  if (inText === undefined || seen.some((item) => keyOf(item) === inText && aboutOwnList(item))) return null;
  return { provider: inText, basis: 'host' };
}
