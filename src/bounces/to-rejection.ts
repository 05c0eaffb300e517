import type { Catalogue } from '../providers/catalogue.ts';
import { isListZone, listsOnlyDomains } from '../providers/list-zones.ts';
import { type Recognition, recognise } from '../providers/match.ts';
import type { Rejection } from './rejection.ts';
import { isTemporary, readReply } from './reply-code.ts';
import type { Said } from './said.ts';
import { publicIp, sendingIp } from './sending-ip.ts';
import { isOfTheWeb, isTelling } from './telling.ts';

/** Words that no rule knows and that name the recipient are about the recipient. */
const aboutRecipient = (text: string, recipient: string | null): boolean =>
  recipient !== null && text.toLowerCase().includes(recipient.toLowerCase());

/** A host of our own network took the mail on its way: the recipient's provider never saw it. */
const onTheWay = ({ mx, mxIp }: Said): boolean => mx === null && mxIp !== null && publicIp(mxIp) === null;

/** What was said as a rejection; null when it is a success, or when nothing tells that it is a refusal. */
export function toRejection(said: Said, catalogue: Catalogue): Rejection | null {
  const { text, replyCode, enhancedCode } = readReply(said.text);
  if (text === '' || replyCode?.startsWith('2') || replyCode?.startsWith('3') || isOfTheWeb(text))
    return null;
  const { mx: host } = said;
  const recipientDomain = onTheWay(said) ? null : said.recipientDomain;
  const at = { atConnect: said.phase === 'greeting', atSender: said.phase === 'sender' };
  const meant = recognise({ text, replyCode, enhancedCode, host, recipientDomain, ...at }, catalogue);
  const ordinary = replyCode !== null && aboutRecipient(text, said.recipient);
  const reason = meant.reason ?? (ordinary ? 'not-a-block' : null);
  const known: Recognition = { ...meant, reason };
  const { around, mxIp, sourceIp } = said;
  const ip = sendingIp({ text, around, mxIp, sourceIp }, (name) => isListZone(catalogue, name));
  const marked = said.marked && (replyCode !== null || enhancedCode !== null || known.reason !== null);
  const coded = replyCode !== null && known.rule !== null;
  if (!marked && !coded && !isTelling(said, known, ip)) return null;
  return {
    line: said.line,
    ...known,
    provider: said.inbound ? null : known.provider,
    providerBasis: said.inbound && known.providerBasis !== 'list' ? null : known.providerBasis,
    ip: known.reason === 'not-a-block' || listsOnlyDomains(catalogue, known.listOwner) ? null : ip,
    replyCode,
    enhancedCode,
    temporary: known.temporary ?? isTemporary(replyCode, enhancedCode),
    recipient: said.recipient,
    recipientDomain: said.recipientDomain,
    mx: host,
    at: said.at,
    atGuessed: said.atGuessed,
    text,
  };
}
