import type { Recognition } from '../providers/match.ts';
import type { Said } from './said.ts';

/** Causes that a text without any code can state; "spam" and "policy" are in too many mails. */
const PLAIN_CAUSES = new Set(['missing-ptr', 'listed-on-third-party-list', 'ip-reputation', 'not-a-block']);

/** An enhanced code where replies have it: in front, or as qmail's relatives write it. */
const PLACED_CODE = /^[45]\.\d\.\d{1,3}\s|\(#[45]\.\d\.\d{1,3}\)/;

/** How mail servers begin what they say of one side. */
const PLACED_WORDS =
  /^(?:<[^<>\s]{1,320}>: )?(?:Sender address|Recipient address|Client host|Helo command) rejected: /i;

/** Words of refusal; a name of a list alone is in settings and in talk. */
const REFUSED =
  /\b(?:block(?:ed|ing|list(?:ed)?|s)?|black-?list(?:ed)?|(?:is|are|was|be|been|currently|still) listed|listed (?:by|in|on|at)|reject(?:ed|ing|s)?|refus(?:ed|es|ing|al)|denied|bann?ed|bounc(?:e|ed|es|ing)|not accept(?:ed|ing)?|deferr?(?:ed|ing)|throttl(?:ed|ing)|abgelehnt|abgewiesen|gesperrt|geblockt|gelistet|bloqu[\wé]{1,4}|refus(?=é)|rejet(?=é)|rechazad\w{1,2}|recusad\w{1,2}|rifiutat\w|respint\w|bloccat\w)(?!\w)/i;

/** Words by which somebody says that nothing is refused, or no longer. */
const CLEARED =
  /\b(?:clean|de-?listed|unlisted|removed|(?:was|were|ha(?:s|ve) been) delivered|accepted again|no longer(?! accept)|(?:not|never|isn't|aren't) (?:currently )?(?:listed|blocked|banned)|nicht (?:mehr )?(?:gelistet|gesperrt)|keiner (?:black|sperr)liste?|n(?:['’]est|e sont) (?:plus|pas) (?:sur|dans|bloqu[\wé]{1,3}|blacklist[\wé]{1,3})|ya no est[áa]n? (?:en|bloquead\w{1,2})|non (?:è|sono) più|não est(?:á|ão) mais|(?:staa[nt]|is|zijn) niet (?:meer )?(?:op|geblokkeerd)|nie jest(?: już)? (?:na|zablokowan\w))(?!\w)/i;

const MAIL =
  '(?:e-?mail|mail|message|nachricht|correo|mensaje|courriel|messaggio|mensagem|newsletter)(?! (?:server|system|filter|list|client)s?\\b)';
const WHOSE =
  '(?:our|my|your|the|this|all|any|every|unsere?|meine?|ihre?|die|diese|nuestr[oa]s?|mis?|sus?|los?|el|votre|vos|notre|nos|le|ce|il|suo|o|seu)';
const BECAME =
  '(?:is|are|was|were|been|being|gets?|got|keeps?|ist|sind|wird|werden|wurden?|es|son|fue|fueron|sido|est|sont|été|è|stat[oi]|foi|foram)';
/** Words of one clause without a negation; the full stop of a name ends none. */
const WITHIN = '(?:(?! (?:and|und|y|not(?! accept)|never|no longer|nicht|nie|no) )(?:[^.?!:,;]|\\.(?=\\S)))';

/** Certain mail, and close behind it that something was done to it; what a rule, a count or a person's own act is, is said otherwise. */
const MAIL_REFUSED = new RegExp(
  `(?:^\\W{0,3}${MAIL}\\b|\\b${WHOSE} (?:\\w{1,20} )?${MAIL}(?:s|es|en)?\\b${WITHIN}{0,60} ${BECAME}(?=\\s))${WITHIN}{0,40} (?=${REFUSED.source})`,
  'i',
);

/** Who asks, supposes, speaks of what is to come or did it says of no receiver that it was so. */
const NOT_SAID =
  /\?(?:\s|$)|\b(?:by (?:my|our|his|her)|von (?:mir|uns|meinem|unserem)|why|whether|how (?:to|can|do)|if|unless|otherwise|would|may|might|should|could|warum|wieso|wenn|falls|sonst|por qué)\b/i;

/** Few words that say that mail was refused, and why. */
const saysWhy = (text: string): boolean => MAIL_REFUSED.test(text) && !NOT_SAID.test(text);

/** What speaks of mail, or of those who hand it over. */
const OF_MAIL =
  /mail|smtp|message(?! id)|nachricht|correo|mensaje|courriel|messaggi|mensage|\bbericht(?:en)?\b|\bposta\b|wiadomoś|poczt|meddelande|sender|absender|remit?ent|mittent|expéditeur|afzender|verzend|nadawc|recipient|deliver|zustell|relay|postmaster|(?:client|sending) (?:host|server|ip)|gr[ae]y-?list|newsletter|dnsbl|dns black ?list|\brbl\b|\bptr\b|\bmx\b|\bhelo\b|письм|сообщени|почт|邮件|郵件|发信|メール|메일/i;

/** What else refuses addresses: sites, logins, firewalls. */
const OF_OTHERS =
  /\b(?:firewall|pare-feu|cortafuegos|(?:of|to|on|by|from|accessing) (?:this|the|that) (?:web ?)?sites?|browser|ray id|wordpress|plugin|log ?ins?|sign in|password|brute[ -]force|ssh\w?|port scan|many requests|vpn|wiki|packets?|attack)\b/i;

/** Advice, tasks and what somebody did by himself: none says that it was so. */
const ADVICE =
  /^\W{0,6}(?:if|when|whenever|whether|to ?do|wenn|falls|cuando|si|quand)\b|\b(?:check|checks|find out|see|determine|know|verify|test|look|prüfen?|ob|savoir|vérifie[rz]|saber|sé|comprobar|verificare?|sapere|controleer|controleren|sprawdzić|sprawdź)(?!\w)[^.!?]{0,40}\b(?:if|whether|ob|si|se|of|czy)\b|\b(?:I(?:'ve| have)? (?:just )?blocked|ich habe\b[^.!?]{0,60}\b(?:gesperrt|geblockt|blockiert)|he bloqueado|j'ai bloqué|ho bloccato|bloqueei)/i;

/** Nothing is told but by sentences of advice. */
function isAdvice(text: string): boolean {
  const sentences = text.split(/[.!?]\s/);
  return (
    sentences.some((one) => ADVICE.test(one)) &&
    !sentences.some((one) => !ADVICE.test(one) && REFUSED.test(one))
  );
}

/** The cause is said of mail, or of an address and of nothing else that refuses one. */
const isAboutMail = (text: string, ip: string | null): boolean =>
  OF_MAIL.test(text) || (ip !== null && !OF_OTHERS.test(text));

/** The status of a web server, which has three digits, too. */
const WEB_STATUS =
  /^(?:401 Unauthorized|403 Forbidden|404 Not Found|405 Method|407 Proxy|408 Request|429 Too Many Requests|502 Bad Gateway|504 Gateway)\b/i;

export const isOfTheWeb = (text: string): boolean => WEB_STATUS.test(text);

/** Whether words without a code and without dressing are a rejection all the same. */
export function isTelling(said: Said, known: Recognition, ip: string | null): boolean {
  const { text, alone } = said;
  if (PLACED_CODE.test(text)) return true;
  if (known.reason === null || (known.reason !== 'not-a-block' && CLEARED.test(text))) return false;
  if (known.providerBasis === 'text') return true;
  if (alone && PLACED_WORDS.test(text)) return true;
  if (isAdvice(text)) return false;
  if (known.providerBasis === 'list') return REFUSED.test(text);
  const about = known.reason === 'not-a-block' || isAboutMail(text, ip);
  if ((alone || ip !== null) && PLAIN_CAUSES.has(known.reason) && about) return true;
  return alone && saysWhy(text);
}
