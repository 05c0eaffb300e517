import { codesAt } from '../codes.ts';
import { domainPart, type Reader } from '../delivery.ts';
import { isInside } from '../inside.ts';
import { readLine } from '../read-line.ts';

const TO = /^[\dA-Za-z]{8,24}: to=/;
const RELAY = /, relay=(?:\[?([\w.-]{1,253}?)\.?\]?)? ?\[(?:IPv6:)?([\da-fA-F:.]{3,45})\]/;
/** What mail for others goes out through. */
const MAILER = /, mailer=(?:[dx]?e?smtp8?|relay)\b/;
const SENT = ', stat=Sent';
const PUT_OFF = ', stat=Deferred';

/** One line may name several recipients of the same host. */
const domainsIn = (recipients: string): string[] =>
  recipients
    .split(',')
    .map((address) => domainPart(address.replace(/[<>\s]/g, '')))
    .filter((domain) => domain !== null);

/** A delivery by sendmail. */
export const readSendmail: Reader = (line, at, sink) => {
  const start = TO.exec(line.slice(at, at + 40));
  if (!start) return;
  const from = at + start[0].length;
  const stat = line.indexOf(', stat=', from);
  const comma = line.indexOf(', ', from);
  if (stat < 0 || comma < 0) return;
  const dsn = line.indexOf(', dsn=', comma);
  const cut = dsn < 0 || dsn > stat ? stat : dsn;
  const fields = line.slice(comma, cut);
  const relay = RELAY.exec(fields);
  if (isInside(relay?.[2] ?? null) || !MAILER.test(fields)) return;
  const known = {
    domains: domainsIn(line.slice(from, comma)),
    host: relay?.[1]?.toLowerCase() ?? null,
    hostIp: relay?.[2] ?? null,
    source: null,
    transport: null,
  };
  if (line.startsWith(SENT, stat)) {
    const open = line.indexOf('(', stat);
    sink.accepted({ ...known, codes: open < 0 ? 0 : codesAt(line, open + 1) });
    return;
  }
  const head = line.slice(0, cut);
  sink.answered({
    ...known,
    reply: line.slice(cut),
    read: (other) => readLine(head + other),
    putOff: line.startsWith(PUT_OFF, stat),
    lines: line,
  });
};
