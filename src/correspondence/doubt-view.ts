import type { Catalogue } from '../providers/catalogue.ts';
import { classifyReply, SURE } from './reading/classify.ts';
import type { MessageShown } from './store.ts';

/** Why a verdict is not sure, and the sentences that speak for it and against it; null where it is, or a person set it. */
export function doubtView(message: MessageShown, provider: string, catalogue: Catalogue) {
  const { confidence, verdict, direction } = message;
  if (direction === 'out' || verdict === null || confidence === null || confidence >= SURE) return null;
  const reply = { subject: message.subject, from: message.from_address, text: message.text };
  const { against } = classifyReply(reply, { catalogue, provider });
  const speaksFor = message.quote ?? '';
  const why =
    speaksFor === ''
      ? 'Nothing in it was understood. Please read it, and say what it amounts to.'
      : against === null
        ? 'Only this was understood, and it is not clear. Please read it, and say what it amounts to.'
        : 'It says one thing and another. Please read both, and say what it amounts to.';
  return { why, speaksFor, against: against ?? '' };
}
