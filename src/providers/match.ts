import type { ProviderBasis } from '../bounces/rejection.ts';
import type { Catalogue } from './catalogue.ts';
import { reasonByCode } from './code-reason.ts';
import { aboutOwnList, keyOf, type Reply, receiver, sameOperator } from './receiver.ts';
import { CODE_WEIGHT, type RuleIndex, ruleIndex, type Seen, seenIn } from './rule-index.ts';
import type { Reason } from './schema.ts';
import { fold } from './text-match.ts';

export type { Reply };

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

/** What a generic rule may say of a reply that names a known list, and the list says better. */
const VAGUE_BESIDE_LIST = new Set<Reason>(['policy', 'ip-reputation', 'content', 'domain-reputation']);

/** Beside words that only frame a refusal, those that say what is the matter count. */
const cause = (generic: Seen[]): Seen | undefined =>
  (generic[0]?.rule?.frame === true ? generic.find(({ rule }) => rule?.frame !== true) : undefined) ??
  generic[0];

/** Generic words; where a known list is named beside vague ones, the words about lists, or the list itself. */
function decideByWords(generic: Seen[], seen: Seen[]): Seen | undefined {
  const first = cause(generic);
  const list = seen.find((item) => item.list !== null);
  if (list === undefined || first?.rule?.listName !== undefined) return first;
  if (first?.rule && !VAGUE_BESIDE_LIST.has(first.rule.reason)) return first;
  return generic.find((item) => item.rule?.reason === 'listed-on-third-party-list') ?? list;
}

/** The enhanced code and the words agree that nobody is blocked: a list named beside them was only asked. */
const listOnlyAsked = (reply: Reply, seen: Seen[]): boolean =>
  seen.find((item) => item.provider === null && item.rule !== null)?.rule?.reason === 'not-a-block' &&
  reasonByCode(null, reply.enhancedCode, false) === 'not-a-block';

/** The receiver's own rule first, unless it only frames the refusal; then one with a known block code, one about a cited list, then a vendor's words, then generic ones. */
function decide(catalogue: Catalogue, reply: Reply, seen: Seen[], provider: string | null): Seen | undefined {
  const onlyAsked = listOnlyAsked(reply, seen);
  const rules = seen.filter((item) => item.rule !== null && !(onlyAsked && aboutOwnList(item)));
  const own = rules.filter((item) => provider !== null && keyOf(item) === provider);
  const told =
    own.find(({ rule }) => rule?.frame !== true) ??
    rules.find(
      (item) =>
        provider !== null && sameOperator(catalogue, provider, item) && item.rule?.identifies === true,
    ) ??
    rules.find((item) => item.provider === null && item.weight >= CODE_WEIGHT) ??
    rules.find((item) => item.provider !== null && aboutOwnList(item)) ??
    rules.find((item) => item.provider !== null && !own.includes(item) && item.rule?.identifies === true);
  if (told !== undefined) return told;
  const generic = decideByWords(
    rules.filter((item) => item.provider === null),
    seen,
  );
  return generic?.rule?.frame === true || generic === undefined ? (own[0] ?? generic) : generic;
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
  const aboutList =
    rule?.reason === 'listed-on-third-party-list' || (decided !== undefined && decided.list !== null);
  if (!aboutList && !aboutAddress) return { listName: null, listOwner: null };
  const other = seen.find((item) => item.rule?.listName !== undefined)?.rule;
  if (other?.listName !== undefined) return { listName: other.listName, listOwner: other.listOwner ?? null };
  const list = seen.find((item) => item.list !== null)?.list;
  return { listName: list?.name ?? null, listOwner: list?.owner ?? rule?.listOwner ?? null };
}

function reasonWithoutRule(reply: Reply, decided: Seen | undefined): Reason | null {
  if (decided !== undefined && decided.list !== null) return 'listed-on-third-party-list';
  return reasonByCode(reply.replyCode, reply.enhancedCode, reply.atConnect === true);
}

/** At the greeting nothing of a message was sent yet (RFC 5321 § 3.1): what is refused is the address. */
const possibleReason = (reply: Reply, reason: Reason | null): Reason | null =>
  reply.atConnect === true && reason === 'content' ? 'ip-reputation' : reason;

/** Said of the recipient whenever it is said: some servers answer MAIL FROM so. */
const OF_RECIPIENT = /\b(?:recipient|rcpt|user unknown)\b/i;

/** With the moment of the dialogue in words, so that rules can ask for it. */
function marked({ text, atConnect, atSender }: Reply): string {
  if (atConnect === true) return `(at greeting) ${text}`;
  return atSender === true && !OF_RECIPIENT.test(text) ? `${text} (at sender)` : text;
}

/** Names provider, rule, block code and list of one reply. Pure; the index is built once per catalogue. */
export function recognise(reply: Reply, catalogue: Catalogue): Recognition {
  const index = ruleIndex(catalogue);
  const text = fold(marked(reply));
  const seen = seenIn(index, { text, replyCode: reply.replyCode, enhancedCode: reply.enhancedCode });
  const found = receiver(catalogue, reply, text.cased, seen);
  const decided = decide(catalogue, reply, seen, found?.provider ?? null);
  const rule = decided?.rule ?? null;
  const byList = found === null && decided?.provider !== undefined && decided.provider !== null;
  return {
    provider: found?.provider ?? null,
    providerBasis: found?.basis ?? (byList ? 'list' : decided ? 'generic' : null),
    rule: rule ? `${decided?.provider?.key ?? 'generic'}/${rule.id}` : null,
    blockCode: blockCode(index, decided, found?.provider ?? null, text.cased),
    reason: possibleReason(reply, rule?.reason ?? reasonWithoutRule(reply, decided)),
    temporary: rule?.temporary ?? null,
    ...citedList(seen, decided),
  };
}
