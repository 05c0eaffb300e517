import { covers } from '../addresses/address.ts';
import { stateWords } from '../incidents/incidents.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { classifyReply } from './reading/classify.ts';
import type { MessageShown } from './store.ts';
import { verdictBadge } from './verdict-badge.ts';

type About = { provider: string; addresses: string[] };

/**
 * What an answer says of each address, where it sorts several; empty where it says of one what its verdict says. Read again from its text. An
 * address that is none of its incident’s says so: the answer may belong elsewhere.
 */
export function sortedView(message: MessageShown, { provider, addresses }: About, catalogue: Catalogue) {
  if (message.direction === 'out') return [];
  const reply = { subject: message.subject, from: message.from_address, text: message.text };
  const { perAddress } = classifyReply(reply, { catalogue, provider });
  const isElsewhere = (network: string) =>
    !addresses.some((one) => covers(one, network) || covers(network, one));
  const [only] = perAddress;
  const isWhole = perAddress.length === 1 && only?.verdict === message.verdict;
  if (only && isWhole && !isElsewhere(only.network)) return [];
  return perAddress.map(({ network, verdict, quote }) => ({
    network,
    isElsewhere: isElsewhere(network),
    words: stateWords(verdict),
    ...verdictBadge({ verdict, applied: message.applied }),
    quote: quote ?? '',
  }));
}
