import { cutReply } from './cut-reply.ts';
import { domainOf, type Said, said } from './said.ts';
import { canonicalIp } from './sending-ip.ts';

const HOST = '((?:[\\w-]{1,63}\\.){1,10}[\\w-]{1,63})\\.?';
const IP = '\\[(?:IPv6:)?([\\da-fA-F:.]{3,45})\\]';

/** Where log lines and bounces name the receiving host, the telling forms first. */
const RECEIVERS = [
  new RegExp(`\\bhost:? ${HOST} ?${IP}`, 'i'),
  new RegExp(`\\brelay=${HOST} ?${IP}`, 'i'),
  new RegExp(`\\bH=${HOST} ${IP}`),
  new RegExp(`FQDN=${HOST}\\};\\{IP=([\\da-fA-F:.]{3,45})`),
  new RegExp(
    `(?:while talking to|deliver to:?|connected to|by mail server|\\bhost(?:=|: ?| ))\\s?${HOST}`,
    'i',
  ),
  new RegExp(`(?:^|\\s)${HOST} (?:remote server (?:returned|said)\\b|#$)`, 'i'),
  new RegExp(`${HOST} ?${IP}`),
  new RegExp(`\\(${HOST}\\)\\s*$`),
  new RegExp(`^${HOST}:?\\s*$`),
];
const RELAY_QUOTED = new RegExp(`relay="(?:([\\da-fA-F:.]{3,45}) )?\\(?${HOST}\\)?"`);
const RECEIVER_IP =
  /(?:Connected[ _]to[ _]|\bip="|remote (?:host|server) \(?)([\da-fA-F:.]{3,45})|([\da-fA-F:.]{7,45})[ _](?:failed after|does not like)/i;

const ADDRESS = "([\\w!#$%&*+/=?^~-][\\w.!#$%&'*+/=?^`{|}~-]{0,127}@[\\w.-]{1,253})";

/** Where they name the recipient. */
const RECIPIENTS = [
  new RegExp(`\\b(?:to|rcpt|recipient)=<?${ADDRESS}`, 'i'),
  new RegExp(`\\s(?:\\*\\*|==) (?:[^<@]{0,80}<)?${ADDRESS}`),
  new RegExp(`(?:RCPT TO:? ?|recipient |\\bfor )<${ADDRESS}`, 'i'),
  new RegExp(`^<?${ADDRESS}>?(?=[:\\s]|$)`),
  new RegExp(`(?:to remote |Recipients?\\s*: ?\\{?\\[?|delivery to |undeliverable to )<?${ADDRESS}`, 'i'),
];
/** Addresses that are not the recipient's. */
const SENDERS =
  /(?:\b(?:from|ctladdr|sender|orig_to|msgid|message-id|id)=|MAIL FROM:? ?|F=)<?[^>\s,]{1,300}@[^>\s,]{1,253}>?/gi;
const ANY_ADDRESS = new RegExp(`(?:^|[\\s,<:;"'])${ADDRESS}`, 'g');

const SOURCE = /\b(?:source="?|I=|dlvSourceIp=|local_ip=|src_?ip=)\[?([\da-fA-F:.]{3,45})/i;
/** What people write beside a reply that they quote. */
const OUR_OWN =
  /\b(?:our|my|unsere?|meine?) (?:(?:mail|server|sending|outgoing|public|static)[\w' -]{0,20} )?ip(?:v4|v6)?(?:[- ](?:address|adresse))?(?: is| was| ist|:| =)?:? [[(]?([\da-f:.]{3,45})/i;
const GREETING =
  /refused to talk to me|verweigert|refus[eé] de me parler|initial connection|BANNER rejected|greeting/i;
/** Longest record whose surroundings are searched; longer ones keep their reply only. */
const LONGEST_AROUND = 2000;

/** The sender was named, and no recipient yet. */
const AT_SENDER = /\b(?:in reply to|after (?:pipelined )?)\s?MAIL FROM\b/i;

function phaseOf(around: string, record: string): Said['phase'] {
  if (GREETING.test(around)) return 'greeting';
  return AT_SENDER.test(around) || AT_SENDER.test(record.slice(-LONGEST_AROUND)) ? 'sender' : null;
}

const CLIENT =
  /\bH=(?:[\w.-]{1,255} )?(?:\([^)]{0,255}\) )?\[([\da-fA-F:.]{3,45})\]|(?:reject|milter-reject|proxy-reject): [A-Z-]{4,14} from [^[\s]{1,255}\[([\da-fA-F:.]{3,45})\]|\bruleset=check_.{1,400}?, relay=(?:[^[\s]{1,255} )?\[([\da-fA-F:.]{3,45})\]| failed-command address=\[?([\da-fA-F:.]{3,45})/;
const REFUSED_BY_US =
  /(?:\breject|milter-reject): [A-Z-]{4,14} from |\bruleset=check_|\b(?:rejected|temporarily rejected) (?:RCPT|MAIL|connection|EHLO|after DATA|by non-SMTP ACL)|\bdropped by '|\bpolicyd-spf\[\d{1,9}\]: [45]\d\d | smtp (?:event=)?failed-command |\bsmtp-in: Failed command on session /;

function receiverOf(record: string): { mx: string | null; mxIp: string | null } {
  const quoted = RELAY_QUOTED.exec(record);
  if (quoted) return { mx: quoted[2] ?? null, mxIp: canonicalIp(quoted[1] ?? '') };
  const ip = RECEIVER_IP.exec(record);
  const aside = canonicalIp(ip?.[1] ?? ip?.[2] ?? '');
  for (const form of RECEIVERS) {
    const found = form.exec(record);
    const host = found?.[1] ?? '';
    if (found && /[a-z]/i.test(host) && !host.includes('_'))
      return { mx: host.toLowerCase(), mxIp: canonicalIp(found[2] ?? '') ?? aside };
  }
  const bare = /\b(?:host|relay=) ?([\d.]{7,15}) ?\[/.exec(record);
  return { mx: null, mxIp: aside ?? canonicalIp(bare?.[1] ?? '') };
}

/** Without the full stop of the sentence that names it. */
export const withoutStop = (address: string | undefined): string | null =>
  address === undefined ? null : address.replace(/\.{1,3}$/, '');

function recipientOf(record: string): string | null {
  for (const form of RECIPIENTS) {
    const found = form.exec(record)?.[1];
    if (found !== undefined) return withoutStop(found);
  }
  const rest = record.replace(SENDERS, ' ');
  return withoutStop([...rest.matchAll(ANY_ADDRESS)].at(-1)?.[1]);
}

/** What a milter said on our own server: an enhanced code, seldom a reply code. */
const BY_MILTER = /milter-reject: [A-Z-]{4,14} from [^[\s]{1,255}\[[\da-fA-F:.]{3,45}\]: (.+)$/;

function inboundSaid(record: string, line: number): Said {
  const { reply, marked } = cutReply(record);
  const client = CLIENT.exec(record);
  const sourceIp = client?.slice(1).find((ip) => ip !== undefined) ?? null;
  const told = marked ? reply : BY_MILTER.exec(reply)?.[1];
  const text = told ?? record.replace(/^.*?(?=(?:temporarily )?rejected |dropped by )/, '');
  return said({ line, text, sourceIp, around: '', marked: true, inbound: true });
}

/** Reads one record, a log line or an unwrapped paragraph: the reply and all that stands around it. */
export function readRecord(record: string, line: number): Said {
  if (REFUSED_BY_US.test(record)) return inboundSaid(record, line);
  const { before, reply, marked } = cutReply(record);
  const around = before.slice(-LONGEST_AROUND);
  const { mx, mxIp } = receiverOf(around);
  const recipient = recipientOf(around);
  const domain = /\(on @([\w.-]{1,253})/.exec(record.slice(-400))?.[1] ?? null;
  return said({
    line,
    text: reply,
    phase: phaseOf(around, record),
    recipient,
    recipientDomain: domainOf(recipient) ?? domain?.toLowerCase() ?? null,
    mx,
    mxIp,
    sourceIp: SOURCE.exec(around)?.[1] ?? OUR_OWN.exec(record)?.[1] ?? null,
    around: before === '' ? reply : around,
    marked,
  });
}
