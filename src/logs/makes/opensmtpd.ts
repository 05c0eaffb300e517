import type { Said } from '../../bounces/said.ts';
import { codesAt } from '../codes.ts';
import { type Answered, domainsOf, type Reader } from '../delivery.ts';
import { isInside } from '../inside.ts';
import { ownCopy } from '../octets.ts';
import { readLine } from '../read-line.ts';
import { Remembered } from '../remembered.ts';

const EVENT = /^([\da-f]{16}) mta (?:event=)?(connecting|error|delivery) /;
const CONNECTING = /address=\w{4,12}:\/\/\[?([\da-fA-F:.]{3,45}?)\]?(?::\d{1,5})? host=([\w.-]{1,253})/;
const RELAY = / relay="(?:([\da-fA-F:.]{3,45}) )?\(?([\w.-]{1,253})\)?"/;
const RECIPIENT = / to=<([^>\s]{3,320})>/;
const SOURCE = / source="\[?([\da-fA-F:.]{3,45})/;
const RESULT = / result="(\w{1,20})" stat="/;
const REASON = 'reason=';

type Connection = { host: string; ip: string };
/** A connection that was refused, until the delivery that it was made for tells whom it was for. */
type Refused = Connection & { line: string; reply: number };

const withoutEnd = (reply: string): string => (reply.endsWith('"') ? reply.slice(0, -1) : reply);

/** Deliveries by OpenSMTPD. */
export function opensmtpdReader(): Reader {
  const connections = new Remembered<Connection>();
  const refused = new Remembered<Refused>();

  const atGreeting = (greeting: Refused, delivery: string, known: Partial<Answered>): Answered => {
    const head = greeting.line.slice(0, greeting.reply);
    const withHost = (said: Said): Said => ({
      ...said,
      recipient: recipientOf(delivery),
      recipientDomain: known.domains?.[0]?.toLowerCase() ?? null,
      mx: greeting.host,
      mxIp: greeting.ip,
    });
    return {
      domains: [],
      source: null,
      transport: null,
      ...known,
      host: greeting.host,
      hostIp: greeting.ip,
      reply: greeting.line.slice(greeting.reply),
      read: (other) => withHost(readLine(head + other)),
      putOff: true,
      lines: `${greeting.line}\n${delivery}`,
    };
  };

  return (line, at, sink) => {
    const event = EVENT.exec(line.slice(at, at + 64));
    if (!event) return;
    const from = at + event[0].length - 1;
    const id = event[1] ?? '';
    if (event[2] === 'connecting') {
      const to = CONNECTING.exec(line.slice(from));
      if (to) connections.set(id, { ip: ownCopy(to[1] ?? ''), host: ownCopy(to[2] ?? '') });
      return;
    }
    if (event[2] === 'error') {
      const connection = connections.get(id);
      const reason = line.indexOf(REASON, from);
      if (connection && reason >= 0)
        refused.set(connection.host, { ...connection, line: ownCopy(line), reply: reason + REASON.length });
      return;
    }
    const result = RESULT.exec(line.slice(from));
    if (!result) return;
    const reply = from + result.index + result[0].length;
    const fields = line.slice(from, reply);
    const relay = RELAY.exec(fields);
    const known = {
      domains: domainsOf(RECIPIENT.exec(fields)?.[1]),
      host: relay?.[2] ?? null,
      hostIp: relay?.[1] ?? null,
      source: SOURCE.exec(fields)?.[1] ?? null,
      transport: null,
    };
    if (isInside(known.hostIp)) return;
    if (result[1]?.toLowerCase() === 'ok') {
      sink.accepted({ ...known, codes: codesAt(line, reply) });
      return;
    }
    const greeting = known.host === null ? undefined : refused.get(known.host);
    if (greeting && known.host !== null && line.startsWith('Network error', reply)) {
      refused.delete(known.host);
      sink.answered(atGreeting(greeting, line, known));
      return;
    }
    const head = line.slice(0, reply);
    sink.answered({
      ...known,
      reply: withoutEnd(line.slice(reply)),
      read: (other) => readLine(`${head}${other}"`),
      putOff: result[1] === 'TempFail',
      lines: line,
    });
  };
}

const recipientOf = (delivery: string): string | null => RECIPIENT.exec(delivery)?.[1] ?? null;
