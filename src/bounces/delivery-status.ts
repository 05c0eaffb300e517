import { readRecord } from './dressing.ts';
import type { Line } from './input-lines.ts';
import { readHeaders } from './mime.ts';
import { domainOf, type Said, said } from './said.ts';
import { canonicalIp } from './sending-ip.ts';
import { type Clock, mailStamp, readStamp } from './stamps.ts';

const ADDRESS = /([^\s<>;]{1,128}@[\w.-]{1,253})/;

/** The value after the type: `rfc822; a@example.net`, `dns; mx.example.net`. */
const typed = (value: string | undefined): string =>
  (value ?? '').replace(/^\s*[\w-]{1,30}\s*;\s*/, '').trim();

function groups(lines: Line[]): Line[][] {
  const found: Line[][] = [[]];
  for (const line of lines) {
    if (line.text.trim() === '') found.push([]);
    else found.at(-1)?.push(line);
  }
  return found.filter((group) => group.length > 0);
}

/** A welcome whose next line refuses: `220-mx.example.net 421 …`. */
const WELCOMED_FIRST = /^220[- ][\w.-]{1,253} [45]\d\d[- ]/;

/** The reply within what a reporting server wrote around it: `host mx.example.net[…] said: 551 …`. */
function inside(diagnostic: string): Pick<Said, 'text' | 'mx' | 'mxIp'> {
  const plain = { text: diagnostic, mx: null, mxIp: null };
  if (/^[2-5]\d\d(?:[-\s]|$)/.test(diagnostic) && !WELCOMED_FIRST.test(diagnostic)) return plain;
  const { marked, text, mx, mxIp } = readRecord(diagnostic, 1);
  return marked && /^[45]\d\d[-\s]/.test(text) ? { text, mx, mxIp } : plain;
}

/** More recipients than this are no bounce's. */
const MOST_RECIPIENTS = 500;

const lineOf = (group: Line[], field: RegExp): number =>
  group.find((line) => field.test(line.text))?.n ?? group[0]?.n ?? 1;

/**
 * The per-recipient fields of a delivery-status body (RFC 3464 § 2.3). The text is empty where a recipient
 * has no Diagnostic-Code. Status is the reporting server's own and is not taken for the reply's; where there is
 * none, it stands in `around`.
 */
export function readDeliveryStatus(lines: Line[], clock: Clock): Said[] {
  const found: Said[] = [];
  let arrival = '';
  for (const group of groups(lines).slice(0, MOST_RECIPIENTS)) {
    const { headers } = readHeaders(group);
    arrival = headers.get('arrival-date') ?? arrival;
    const [final, original] = [headers.get('final-recipient'), headers.get('original-recipient')];
    const diagnostic = headers.get('diagnostic-code');
    if (final === undefined && original === undefined && diagnostic === undefined) continue;
    if (/^\s*(?:delivered|relayed|expanded)/i.test(headers.get('action') ?? '')) continue;
    const recipient = ADDRESS.exec(typed(final))?.[1] ?? ADDRESS.exec(typed(original))?.[1] ?? null;
    const remote = /^([\w.-]{2,252}\w)/.exec(typed(headers.get('remote-mta')))?.[1] ?? null;
    const aside = /\.\s\(([\da-f:.]{3,45}), the server for/i.exec(headers.get('remote-mta') ?? '')?.[1] ?? '';
    const told = inside(typed(diagnostic));
    const when = headers.get('last-attempt-date') ?? arrival;
    const stamp = mailStamp(when, clock) ?? readStamp(when, clock);
    found.push(
      said({
        line: lineOf(group, /^Diagnostic-Code:/i),
        text: told.text,
        around: diagnostic === undefined ? (headers.get('status') ?? '').trim() : '',
        recipient,
        recipientDomain: domainOf(recipient),
        mx: remote !== null && /[a-z]/i.test(remote) ? remote.toLowerCase() : told.mx,
        mxIp: remote !== null && !/[a-z]/i.test(remote) ? remote : (canonicalIp(aside) ?? told.mxIp),
        at: stamp?.at ?? null,
        atGuessed: stamp?.guessed ?? false,
      }),
    );
  }
  return found;
}

/** Field lines of a delivery status in a text that was pasted without its MIME structure. */
export const hasStatusFields = (lines: Line[]): boolean =>
  lines.some((line) => /^(?:Final-Recipient|Diagnostic-Code):\s?\S/i.test(line.text));
