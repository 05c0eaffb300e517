import { readRecord } from './dressing.ts';
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
  'description',
  'error',
  'comment',
  'msg',
];
/** Of these, a single word is the reply too when the code stands apart. */
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
  /^(?:d|delivered|delivery|sent|send|processed|open(?:ed)?|click(?:ed)?|reception|injection|complaint|complained|spamreport|spamcomplaint|f|unsubscribed?|subscriptionchange)$/i;

/** Scalars of one event by name: the bare name, and the name with its parent's. */
type Flat = Map<string, string>;

const bare = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const DEEPEST = 8;
const MOST_RECORDS = 20_000;

/** One flat record per event, and per recipient where an event lists several. */
function flatten(
  value: Record<string, unknown>,
  inherited: Flat,
  parent: string,
  depth: number,
  out: Flat[],
): Flat {
  const flat: Flat = new Map(inherited);
  const lists: Record<string, unknown>[][] = [];
  for (const [key, item] of Object.entries(value)) {
    const name = bare(key);
    const single = Array.isArray(item) && item.length > 0 ? item[0] : item;
    if (typeof single === 'string' || typeof single === 'number') {
      const text = String(single);
      if (!flat.has(name)) flat.set(name, text);
      if (parent !== '') flat.set(`${parent}.${name}`, text);
    } else if (isRecord(item) && depth < DEEPEST && name !== 'headers') {
      for (const [inner, text] of flatten(item, new Map(), name, depth + 1, out))
        if (!flat.has(inner)) flat.set(inner, text);
    } else if (Array.isArray(item) && item.some(isRecord) && depth < DEEPEST && name !== 'headers')
      lists.push(item.filter(isRecord));
  }
  for (const list of lists)
    for (const item of list)
      if (out.length < MOST_RECORDS) out.push(flatten(item, new Map(), bare(parent), depth + 1, []));
  return flat;
}

/** A notification service wraps the event as a string. */
function unwrapped(value: unknown): unknown {
  if (!isRecord(value) || typeof value['Message'] !== 'string' || !value['Message'].startsWith('{'))
    return value;
  try {
    return JSON.parse(value['Message']);
  } catch {
    return value;
  }
}

function flatRecords(value: unknown): Flat[] {
  if (Array.isArray(value)) return value.slice(0, MOST_RECORDS).flatMap(flatRecords);
  const event = unwrapped(value);
  if (!isRecord(event)) return [];
  const parts: Flat[] = [];
  const whole = flatten(event, new Map(), '', 0, parts);
  const usable = parts.filter((part) => pick(part, TEXT) !== undefined);
  return usable.length > 0 ? usable.map((part) => new Map([...whole, ...part])) : [whole];
}

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

/** The reply, with the codes that the platform keeps in fields of their own. */
function replyOf(flat: Flat): string | null {
  const coded = pick(flat, TEXT, (value) => readReply(value).replyCode !== null);
  if (coded !== undefined) return coded;
  const code = pick(
    flat,
    ['response.code', 'deliverystatus.code', 'errorcode', 'code', 'smtpcode'],
    (value) => /^[245]\d\d$/.test(value),
  );
  const words = pick(flat, TEXT, (value) => /\s/.test(value.trim()));
  const text = words ?? (code === undefined ? '' : (pick(flat, BARE_TEXT) ?? ''));
  const digits = ['class', 'subject', 'detail'].map((part) => flat.get(`enhancedcode.${part}`));
  const enhanced = digits.every((digit) => digit !== undefined) ? `${digits.join('.')} ` : '';
  const again = enhanced !== '' && text.startsWith(enhanced) ? '' : enhanced;
  if (code !== undefined) return `${code} ${again}${text}`;
  return text === '' ? null : text;
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
  const recipient =
    pick(flat, RECIPIENT, (value) => /^[^\s@]{1,128}@[\w.-]{1,253}$/.test(value)) ?? record.recipient;
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
  return flatRecords(value)
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
