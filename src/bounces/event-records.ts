import { readRecord } from './dressing.ts';
import { type Flat, flatRecords, isRecord } from './flat-events.ts';
import { readReply } from './reply-code.ts';
import { domainOf, type Said } from './said.ts';
import { canonicalIp } from './sending-ip.ts';
import { type Clock, epochStamp, readStamp, type Stamp } from './stamps.ts';

/**
 * Events of sending platforms and records of accounting files: which of their fields says what, the most
 * telling first. Names are compared in lower case without `-` and `_`.
 */
const TEXT = [
  'diagnosticcode',
  'dsndiag',
  'rawreason',
  'diag',
  'response',
  'details',
  'reason',
  'content',
  'smtpresponse',
  'deliverystatus.message',
  'delayreason',
  'message',
  'bouncedescription',
  'bouncetext',
  'bouncereason',
  'errormessage',
  'serverresponse',
  'emailresponsemessage',
  'destinationresponse',
  'diagnosticmessage',
  'response.message',
  'smtpstatus',
  'smtpreply',
  'smtpmessage',
  'smtpanswerdata',
  'bouncemessage',
  'description',
  'error',
  'comment',
  'msg',
];
/** Names that events of other things have as well; they count where the event is of mail. */
const TEXT_OF_MAIL = ['statusmessage', 'failurereason', 'output'];
/** Where the code stands apart from the words. */
const CODE = [
  'response.code',
  'deliverystatus.code',
  'errorcode',
  'code',
  'smtpcode',
  'emailresponsecode',
  'smtpresponsecode',
  'smtpanswercode',
];
const CODE_OF_MAIL = ['responsecode', 'replycode'];
/** Of the texts, a single word is the reply too when the code stands apart. */
const BARE_TEXT = ['content', 'deliverystatus.message'];
const RECIPIENT = [
  'emailaddress',
  'rcptto',
  'rawrcptto',
  'rcpt',
  'recipient',
  'email',
  'recipientaddress',
  'orcpt',
  'to',
  'address',
  'emailto',
  'toemail',
  'recipientemail',
  'bouncedrecipient',
];
const SOURCE = ['sendingip', 'dlvsourceip', 'sourceaddress.address', 'sourceaddress', 'outboundip', 'ip'];
const RECEIVER = ['mxhost', 'peeraddress.name', 'dsnmta', 'dlvmta', 'mx', 'remotemta', 'host'];
const RECEIVER_IP = ['peeraddress.addr', 'dlvdestinationip', 'remotemtaip', 'ipaddress'];
const TIME = [
  'timelogged',
  'bouncedat',
  'timestamp',
  'time',
  'eventtimestamp',
  'eventtime',
  'tsevent',
  'ts',
  'date',
  'createdat',
];
const KIND = ['event', 'type', 'recordtype', 'notificationtype', 'eventtype'];

/** Events that tell of no refusal. */
const NOT_REFUSED =
  /^(?:d|delivered|delivery|sent|send|processed|open(?:ed)?|click(?:ed)?|reception|injection|complaint|complained|spamreport|spamcomplaint|f|unsubscribed?|subscriptionchange|rejection|expiration|adminbounce|adminrebind|xferin|xferout)$/i;

function pick(
  flat: Flat,
  names: string[],
  fits: (value: string) => boolean = (value) => value !== '',
): string | undefined {
  for (const name of names) {
    const value = flat.get(name);
    if (value !== undefined && fits(value)) return value;
  }
  return undefined;
}

const recipientOf = (flat: Flat): string | undefined =>
  pick(flat, RECIPIENT, (value) => /^[^\s@]{1,128}@[\w.-]{1,253}$/.test(value));

const isOfMail = (flat: Flat): boolean =>
  recipientOf(flat) !== undefined || /mail|bounce|deliver/i.test(pick(flat, KIND) ?? '');

/** The reply, with the codes that the platform keeps in fields of their own. */
function replyOf(flat: Flat): string | null {
  const ofMail = isOfMail(flat);
  const names = ofMail ? [...TEXT, ...TEXT_OF_MAIL] : TEXT;
  const coded = pick(flat, names, (value) => readReply(value).replyCode !== null);
  if (coded !== undefined) return coded;
  const codes = ofMail ? [...CODE, ...CODE_OF_MAIL] : CODE;
  const code = pick(flat, codes, (value) => /^[245]\d\d$/.test(value));
  const words = pick(flat, names, (value) => /\s/.test(value.trim()));
  const text = words ?? (code === undefined ? '' : (pick(flat, BARE_TEXT) ?? ''));
  const digits = ['class', 'subject', 'detail'].map((part) => flat.get(`enhancedcode.${part}`));
  const enhanced = digits.every((digit) => digit !== undefined) ? `${digits.join('.')} ` : '';
  const again = enhanced !== '' && text.startsWith(enhanced) ? '' : enhanced;
  if (text === '') return null;
  return code === undefined ? text : `${code} ${again}${text}`;
}

function stampOf(flat: Flat, clock: Clock): Stamp | null {
  const value = pick(flat, TIME);
  if (value === undefined) return null;
  return /^\d{9,17}(?:\.\d+)?$/.test(value) ? epochStamp(Number(value)) : readStamp(value, clock);
}

const withoutPort = (value: string): string =>
  /^\[([\da-f:.]+)\](?::\d+)?$/i.exec(value)?.[1] ?? value.replace(/^((?:\d{1,3}\.){3}\d{1,3}):\d+$/, '$1');

function toSaid(flat: Flat, line: number, clock: Clock): Said | null {
  const kind = pick(flat, KIND) ?? '';
  const reply = NOT_REFUSED.test(kind) ? null : replyOf(flat);
  if (reply === null) return null;
  const record = readRecord(reply, line);
  const recipient = recipientOf(flat) ?? record.recipient;
  const receiver = /^([\w.-]{1,253})(?:\s\(([\da-f:.]{3,45})\))?/i.exec(
    pick(flat, RECEIVER, (value) => value.includes('.')) ?? '',
  );
  const host =
    receiver?.[1] !== undefined && /[a-z]/i.test(receiver[1])
      ? receiver[1].toLowerCase().replace(/\.$/, '')
      : record.mx;
  const stamp = stampOf(flat, clock);
  const source = pick(flat, SOURCE);
  return {
    ...record,
    line,
    recipient,
    recipientDomain: domainOf(recipient),
    mx: host,
    mxIp: canonicalIp(receiver?.[2] ?? pick(flat, RECEIVER_IP) ?? '') ?? record.mxIp,
    sourceIp: source === undefined ? record.sourceIp : withoutPort(source),
    around: '',
    at: stamp?.at ?? record.at,
    atGuessed: stamp?.guessed ?? record.atGuessed,
    marked: true,
  };
}

/** The refusals in one event, or in a list of events. */
export function readEvents(value: unknown, line: number, clock: Clock): Said[] {
  return flatRecords(value, (flat) => pick(flat, TEXT) !== undefined)
    .map((flat) => toSaid(flat, line, clock))
    .filter((found) => found !== null);
}

/** True for the object of a systemd journal export, whose MESSAGE is a log line. */
export const isJournalEntry = (value: unknown): value is { MESSAGE: string } =>
  isRecord(value) && typeof value['MESSAGE'] === 'string';

/** When a journal entry was written. */
export function journalStamp(value: object, clock: Clock): Stamp | null {
  const fields = value as Record<string, unknown>;
  const micros = fields['_SOURCE_REALTIME_TIMESTAMP'] ?? fields['__REALTIME_TIMESTAMP'];
  return typeof micros === 'string'
    ? epochStamp(Number(micros))
    : readStamp(String(fields['SYSLOG_TIMESTAMP'] ?? ''), clock);
}
