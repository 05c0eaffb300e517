import { stateWords } from '../incidents/incidents.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { classifyReply } from './classify.ts';
import type { MessageShown } from './store.ts';
import { verdictBadge } from './verdict-badge.ts';

/** What an answer says of each address, where it sorts several; empty where it does not. Read again from its text. */
export function sortedView(message: MessageShown, provider: string, catalogue: Catalogue) {
  if (message.direction === 'out') return [];
  const reply = { subject: message.subject, from: message.from_address, text: message.text };
  return classifyReply(reply, { catalogue, provider }).perAddress.map(({ network, verdict, quote }) => ({
    network,
    words: stateWords(verdict),
    ...verdictBadge({ verdict, applied: message.applied }),
    quote: quote ?? '',
  }));
}
