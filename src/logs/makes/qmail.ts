import { readable } from '../../bounces/sessions.ts';
import { codesAt } from '../codes.ts';
import { domainsOf, type Reader } from '../delivery.ts';
import { isInside } from '../inside.ts';
import { ownCopy } from '../octets.ts';
import { readLineAfter } from '../read-line.ts';
import { Remembered } from '../remembered.ts';

const STARTING = /^starting delivery (\d{1,12}): msg \d{1,12} to remote (\S{3,320})/;
const ENDED = /^delivery (\d{1,12}): (success|failure|deferral): /;
/** The receiver is named by address only. */
const ADDRESS = /(?:Connected to |^)([\da-fA-F:.]{3,45})(?: (?:but|failed|does|accepted))/;
const SAID = 'Remote_host_said:_';
/** qmail-send under syslog begins with its own stamp. */
const OWN_STAMP = /^\d{9,12}\.\d{6} /;

/** Deliveries by qmail-remote: the recipient stands on an earlier line. */
export function qmailReader(): Reader {
  const started = new Remembered<{ recipient: string; line: string }>();
  return (line, at, sink) => {
    const from = at + (OWN_STAMP.exec(line.slice(at, at + 24))?.[0].length ?? 0);
    const start = STARTING.exec(line.slice(from, from + 400));
    if (start?.[1] !== undefined) {
      started.set(start[1], { recipient: ownCopy(start[2] ?? ''), line: ownCopy(line) });
      return;
    }
    const ended = ENDED.exec(line.slice(from, from + 64));
    const number = ended?.[1] ?? '';
    const known = started.get(number);
    if (!ended || !known) return;
    started.delete(number);
    const domains = domainsOf(known.recipient);
    const cut = from + ended[0].length;
    if (ended[2] === 'success') {
      const said = line.indexOf(SAID, cut);
      const ip = /^(?:[^/]{0,200}_)?([\d.]{7,15})_accepted/.exec(line.slice(cut))?.[1] ?? null;
      const codes = said < 0 ? 0 : codesAt(line.slice(said + SAID.length).replaceAll('_', ' '), 0);
      if (said >= 0 && !isInside(ip))
        sink.accepted({ domains, host: null, hostIp: ip, source: null, transport: 'qmail', codes });
      return;
    }
    const head = line.slice(0, cut);
    const reply = readable(line).slice(cut);
    const hostIp = ADDRESS.exec(reply)?.[1] ?? null;
    if (isInside(hostIp)) return;
    sink.answered({
      domains,
      host: null,
      hostIp,
      source: null,
      transport: 'qmail',
      reply,
      read: (other) => readLineAfter({ recipient: known.recipient }, head + other),
      putOff: ended[2] === 'deferral',
      lines: `${known.line}\n${line}`,
    });
  };
}
