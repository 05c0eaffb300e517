import type { Catalogue } from '../providers/catalogue.ts';
import { isListZone, listsOnlyDomains } from '../providers/list-zones.ts';
import { type Recognition, recognise } from '../providers/match.ts';
import type { Rejection } from './rejection.ts';
import { isTemporary, readReply } from './reply-code.ts';
import type { Said } from './said.ts';
import { publicIp, sendingIp } from './sending-ip.ts';

/** Causes that a text without any code can state; "spam" and "policy" are in too many mails. */
const PLAIN_CAUSES = new Set(['missing-ptr', 'listed-on-third-party-list', 'ip-reputation', 'not-a-block']);

/** An enhanced code where replies have it: in front, or as qmail's relatives write it. */
const PLACED_CODE = /^[45]\.\d\.\d{1,3}\s|\(#[45]\.\d\.\d{1,3}\)/;

/** Words of refusal; a name of a list alone is in settings and in talk. */
const REFUSED =
  /\b(?:block(?:ed|ing|list(?:ed)?|s)?|black-?list(?:ed)?|(?:is|are|was|be|been|currently|still) listed|listed (?:by|in|on|at)|reject(?:ed|ing|s)?|refus(?:ed|es|ing|al)|denied|bann?ed|bounc(?:e|ed|es|ing)|not accept(?:ed|ing)?|deferr?(?:ed|ing)|throttl(?:ed|ing)|abgelehnt|abgewiesen|gesperrt|geblockt|gelistet|bloqu\w{1,4})\b/i;

/** Words by which somebody says that nothing is refused, or no longer. */
const CLEARED =
  /\b(?:clean|de-?listed|unlisted|removed|no longer|(?:not|never|isn't|aren't) (?:currently )?(?:listed|blocked|banned)|nicht (?:mehr )?gelistet)\b/i;

const MAIL =
  '(?:e-?mail|mail|message|nachricht|correo|mensaje|newsletter)(?! (?:server|system|filter|list|client)s?\\b)';
const WHOSE =
  '(?:our|my|your|the|this|all|any|every|unsere?|meine?|ihre?|die|diese|nuestr[oa]s?|mis?|los?|el)';
const BECAME =
  '(?:is|are|was|were|been|being|gets?|got|keeps?|ist|sind|wird|werden|wurden?|es|son|fue|fueron|sido)';
/** Words of one clause without a negation; the full stop of a name ends none. */
const WITHIN = '(?:(?! (?:and|und|y|not(?! accept)|never|no longer|nicht|nie|no) )(?:[^.?!:,;]|\\.(?=\\S)))';

/** Certain mail, and close behind it that something was done to it; what a rule, a count or a person's own act is, is said otherwise. */
const MAIL_REFUSED = new RegExp(
  `(?:^\\W{0,3}${MAIL}\\b|\\b${WHOSE} (?:\\w{1,20} )?${MAIL}(?:s|es|en)?\\b${WITHIN}{0,60} ${BECAME})${WITHIN}{0,40} (?=${REFUSED.source})`,
  'i',
);

/** Who asks, supposes, speaks of what is to come or did it says of no receiver that it was so. */
const NOT_SAID =
  /\?(?:\s|$)|\b(?:by (?:my|our|his|her)|von (?:mir|uns|meinem|unserem)|why|whether|how (?:to|can|do)|if|unless|otherwise|would|may|might|should|could|warum|wieso|wenn|falls|sonst|por qué)\b/i;

/** Few words that say that mail was refused, and why. */
const saysWhy = (text: string): boolean => MAIL_REFUSED.test(text) && !NOT_SAID.test(text);

/** Whether words without a code and without dressing are a rejection all the same. */
function isTelling(said: Said, known: Recognition, ip: string | null): boolean {
  if (known.reason === null || (known.reason !== 'not-a-block' && CLEARED.test(said.text))) return false;
  if (known.providerBasis === 'text') return true;
  if (known.providerBasis === 'list') return REFUSED.test(said.text);
  if ((said.alone || ip !== null) && PLAIN_CAUSES.has(known.reason)) return true;
  return said.alone && saysWhy(said.text);
}

/** Words that no rule knows and that name the recipient are about the recipient. */
const aboutRecipient = (text: string, recipient: string | null): boolean =>
  recipient !== null && text.toLowerCase().includes(recipient.toLowerCase());

/** A host of our own network took the mail on its way: the recipient's provider never saw it. */
const onTheWay = ({ mx, mxIp }: Said): boolean => mx === null && mxIp !== null && publicIp(mxIp) === null;

/** What was said as a rejection; null when it is a success, or when nothing tells that it is a refusal. */
export function toRejection(said: Said, catalogue: Catalogue): Rejection | null {
  const { text, replyCode, enhancedCode } = readReply(said.text);
  if (text === '' || replyCode?.startsWith('2') || replyCode?.startsWith('3')) return null;
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
  if (!marked && !coded && !PLACED_CODE.test(text) && !isTelling(said, known, ip)) return null;
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
