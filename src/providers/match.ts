import type { ProviderBasis } from '../bounces/rejection.ts';
import type { Catalogue } from './catalogue.ts';
import { reasonByCode } from './code-reason.ts';
import { providerForDomain, providerForHost } from './playbook.ts';
import { CODE_WEIGHT, type RuleIndex, ruleIndex, type Seen, seenIn } from './rule-index.ts';
import type { Provider, Reason } from './schema.ts';
import { fold } from './text-match.ts';

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
};

export type Recognition = {
  /** Catalogue key of who refused; null also where only a list is named. */
  provider: string | null;
  providerBasis: ProviderBasis | null;
  /** `provider-key/rule-id` or `generic/rule-id`. */
  rule: string | null;
  blockCode: string | null;
  reason: Reason | null;
  temporary: boolean | null;
  listName: string | null;
  listOwner: string | null;
};

/** Who runs no mail servers for others is cited by those who do. */
const onlyLists = (provider: Provider): boolean =>
  provider.kind !== 'mailbox-provider' && provider.hosts.length === 0;

/** A rule about the provider's own list names who can delist, not who refused. */
function aboutOwnList({ list, provider, rule }: Seen): boolean {
  if (list !== null) return true;
  if (provider === null || rule?.listOwner !== provider.key) return false;
  return onlyLists(provider) || !rule.identifies;
}

/** Whether what was seen names its provider as the one who refused. */
const namesReceiver = (seen: Seen): boolean =>
  seen.provider !== null && !aboutOwnList(seen) && (seen.rule === null || seen.rule.identifies);

type Receiver = { provider: string; basis: ProviderBasis };

/** Host names in a reply; those of mail addresses do not count, since they are the sender's or recipient's. */
const HOST_IN_TEXT = /(?<![\w@.-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}[a-z]{2,24}(?![\w@-])/gi;

/** More host names than this are no reply's. */
const MOST_HOSTS = 20;

function hostInText(catalogue: Catalogue, text: string): string | undefined {
  let left = MOST_HOSTS;
  for (const [name] of text.matchAll(HOST_IN_TEXT)) {
    const key = providerForHost(catalogue, name)?.key;
    if (key !== undefined) return key;
    left -= 1;
    if (left === 0) return undefined;
  }
  return undefined;
}

const keyOf = (item: Seen | undefined): string | undefined => item?.provider?.key;

/** One operator's services use the same words; the host or domain tells them apart. */
const sameOperator = (catalogue: Catalogue, key: string, item: Seen | undefined): boolean =>
  item?.provider != null &&
  item.provider.key !== key &&
  catalogue.byKey.get(key)?.operator === item.provider.operator;

/**
 * Who refused: words that name a provider and are confirmed by host or domain; then the host; then a
 * mailbox provider's own words; then the recipient's domain; then a filter vendor's words; last a host
 * name inside the reply. Words of a vendor never beat a receiver that is known otherwise, since many
 * receivers use the same vendors.
 */
function receiver(catalogue: Catalogue, reply: Reply, text: string, seen: Seen[]): Receiver | null {
  const byHost = reply.host === null ? undefined : providerForHost(catalogue, reply.host)?.key;
  const byDomain =
    reply.recipientDomain === null ? undefined : providerForDomain(catalogue, reply.recipientDomain)?.key;
  const named = seen.filter(namesReceiver);
  const confirmed =
    named.find((item) => keyOf(item) === byHost) ?? named.find((item) => keyOf(item) === byDomain);
  const mailboxWords = named.find((item) => item.provider?.kind === 'mailbox-provider');
  const sibling = [byHost, byDomain].find(
    (key) => key !== undefined && sameOperator(catalogue, key, mailboxWords),
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
  const inText = hostInText(catalogue, text);
  return inText === undefined ? null : { provider: inText, basis: 'host' };
}

/** The receiver's own rule first, then one with a known block code, one about a cited list, then a vendor's words, then generic ones. */
function decide(catalogue: Catalogue, seen: Seen[], provider: string | null): Seen | undefined {
  const rules = seen.filter((item) => item.rule !== null);
  return (
    rules.find((item) => provider !== null && keyOf(item) === provider) ??
    rules.find(
      (item) =>
        provider !== null && sameOperator(catalogue, provider, item) && item.rule?.identifies === true,
    ) ??
    rules.find((item) => item.provider === null && item.weight >= CODE_WEIGHT) ??
    rules.find((item) => item.provider !== null && aboutOwnList(item)) ??
    rules.find((item) => item.provider !== null && item.rule?.identifies === true) ??
    rules.find((item) => item.provider === null)
  );
}

/** Fixed by the rule, found by it, or anything that looks like a code of this provider, or of one unknown. */
function blockCode(
  index: RuleIndex,
  decided: Seen | undefined,
  provider: string | null,
  text: string,
): string | null {
  if (decided?.rule?.blockCode !== undefined) return decided.rule.blockCode;
  if (decided && decided.code !== null) return decided.code;
  for (const pattern of index.codes.get(provider) ?? []) {
    const code = pattern.exec(text)?.groups?.['code'];
    if (code !== undefined) return code;
  }
  return null;
}

type Cited = { listName: string | null; listOwner: string | null };

/** The list that a reply cites, by the rule's name for it or by the longest name found in the text. */
function citedList(seen: Seen[], decided: Seen | undefined): Cited {
  const rule = decided?.rule;
  if (rule?.listName !== undefined) return { listName: rule.listName, listOwner: rule.listOwner ?? null };
  const aboutAddress = rule?.reason === 'ip-reputation' && decided?.provider === null;
  if (rule?.reason !== 'listed-on-third-party-list' && !aboutAddress)
    return { listName: null, listOwner: null };
  const other = seen.find((item) => item.rule?.listName !== undefined)?.rule;
  if (other?.listName !== undefined) return { listName: other.listName, listOwner: other.listOwner ?? null };
  const list = seen.find((item) => item.list !== null)?.list;
  return { listName: list?.name ?? null, listOwner: list?.owner ?? rule?.listOwner ?? null };
}

/** Names provider, rule, block code and list of one reply. Pure; the index is built once per catalogue. */
export function recognise(reply: Reply, catalogue: Catalogue): Recognition {
  const index = ruleIndex(catalogue);
  const text = fold(reply.atConnect === true ? `(at greeting) ${reply.text}` : reply.text);
  const seen = seenIn(index, { text, replyCode: reply.replyCode, enhancedCode: reply.enhancedCode });
  const found = receiver(catalogue, reply, text.cased, seen);
  const decided = decide(catalogue, seen, found?.provider ?? null);
  const rule = decided?.rule ?? null;
  const byList = found === null && decided?.provider !== undefined && decided.provider !== null;
  return {
    provider: found?.provider ?? null,
    providerBasis: found?.basis ?? (byList ? 'list' : rule ? 'generic' : null),
    rule: rule ? `${decided?.provider?.key ?? 'generic'}/${rule.id}` : null,
    blockCode: blockCode(index, decided, found?.provider ?? null, text.cased),
    reason: rule?.reason ?? reasonByCode(reply.replyCode, reply.enhancedCode, reply.atConnect === true),
    temporary: rule?.temporary ?? null,
    ...citedList(seen, decided),
  };
}
