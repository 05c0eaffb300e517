import { codesAt } from '../codes.ts';
import { domainsOf, type Reader } from '../delivery.ts';
import { isInside } from '../inside.ts';
import { ownCopy } from '../octets.ts';
import { readLineAfter } from '../read-line.ts';
import { Remembered } from '../remembered.ts';

const OUTBOUND =
  /^(?:\[\w{4,9}\] \[([\dA-Fa-f.-]{36,48})\] \[outbound\] |level=\w{4,9} uuid=([\dA-Fa-f.-]{36,48}) source=outbound )(?:message=")?/;
const ATTEMPT =
  /^Attempting to deliver to: ([\w.-]{1,253}):\d{1,5} \(\d{1,5}\) \(([\da-fA-F:.]{3,45})\) for <([^>\s]{3,320})>/;
const ANSWERED =
  /^(?:recipient <([^>\s]{3,320})> (?:rejected|deferred): |bouncing mail: |Temp failing \S{1,300} for \d{1,9} seconds: Upstream error: )(?=[45]\d\d)/;
const DELIVERED = /^delivered file=/;

type Attempt = { host: string; ip: string; recipient: string; line: string };

/** The value of a field, quoted or not. */
const field = (text: string, name: string): string | null =>
  new RegExp(`(?:^|\\s)${name}=(?:"([^"]{0,2000})"|(\\S{1,2000}))`).exec(text)?.slice(1).find(Boolean) ??
  null;

/** Haraka's outbound log, in its own and in the logfmt form. Which of our addresses it sent from, it does not say. */
export function harakaReader(): Reader {
  const attempts = new Remembered<Attempt>();
  return (line, at, sink) => {
    const start = OUTBOUND.exec(line.slice(at, at + 160));
    if (!start) return;
    const id = start[1] ?? start[2] ?? '';
    const from = at + start[0].length;
    const text = line.slice(from);
    const attempt = ATTEMPT.exec(text);
    if (attempt) {
      const [, host = '', ip = '', recipient = ''] = attempt.map(ownCopy);
      attempts.set(id, { host, ip, recipient, line: ownCopy(line) });
      return;
    }
    const known = attempts.get(id);
    if (DELIVERED.test(text)) {
      const ip = field(text, 'ip');
      const host = field(text, 'host') ?? known?.host ?? null;
      const domain = field(text, 'domain');
      const taken = Number(/^\d{1,6}/.exec(field(text, 'rcpts') ?? '')?.[0] ?? 1);
      if (isInside(ip) || /^LMTP$/i.test(field(text, 'mode') ?? '')) return;
      sink.accepted({
        domains: domain === null ? [] : Array<string>(taken).fill(domain),
        host,
        hostIp: ip,
        source: null,
        transport: 'outbound',
        codes: codesAt(field(text, 'response') ?? '', 0),
      });
      return;
    }
    const answer = ANSWERED.exec(text);
    if (!answer || isInside(known?.ip ?? null)) return;
    const recipient = answer[1] ?? known?.recipient ?? null;
    const cut = from + answer[0].length;
    const head = line.slice(0, cut);
    sink.answered({
      domains: domainsOf(recipient),
      host: known?.host ?? null,
      hostIp: known?.ip ?? null,
      source: null,
      transport: 'outbound',
      reply: line.slice(cut),
      read: (other) =>
        readLineAfter({ recipient, mx: known?.host ?? null, mxIp: known?.ip ?? null }, head + other),
      putOff: !answer[0].includes('rejected') && !answer[0].startsWith('bouncing'),
      lines: known ? `${known.line}\n${line}` : line,
    });
  };
}
