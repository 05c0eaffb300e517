import { withoutStop } from './dressing.ts';
import { decodeEntities, looksLikeHtml } from './entities.ts';
import { htmlLines } from './html-lines.ts';
import type { Line } from './input-lines.ts';
import { domainOf, type Said } from './said.ts';
import { segments } from './segments.ts';
import { logReader } from './sessions.ts';
import { type Clock, readStamp } from './stamps.ts';
import { transcriptReader } from './transcript.ts';

/** Possibly with the host below it, as Courier writes it. */
const ADDRESS_ALONE =
  /^\s*[<"']?([\w.!#$%&'*+/=?^`{|}~-]{1,128}@[\w.-]{1,253})[>"']?(?:<mailto:[^>]{1,300}>)?:?(?:\s+([\w.-]{3,253}) \[[\da-fA-F:.]{3,45}\]:)?\s*$/;

/** Sentences of mail systems that name whom the reply below them was for. */
const TOLD_FOR =
  /\b(?:(?:your|the) message to|(?:e-?mails|messages|mails) to|(?:delivered|delivery|deliver|zugestellt) (?:to|an)|(?:nachricht|e-?mails?) an) (?:the following recipients?:? )?<?([\w.!#$%&'*+/=?^`{|}~-]{1,128}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})/i;

/** In place: the log reader may still complete what it handed out. */
function addStamp(found: Said, text: string, clock: Clock): void {
  const named = /\bTimestamp\s*: (.{10,40})/.exec(text)?.[1] ?? '';
  const stamp = readStamp(text, clock) ?? readStamp(named, clock);
  if (stamp) Object.assign(found, { at: stamp.at, atGuessed: stamp.guessed });
}

/** Escapes of quoted-printable in a raw mail that was pasted; soft breaks are gone by now. */
function decoded(text: string): string {
  const escaped = /=(?:3D|E2=80|C3=)/.test(text);
  const octet = (_: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
  return decodeEntities(escaped ? text.replace(/=([2-7][0-9A-F])/g, octet) : text);
}

/** Enough of the input to see whether it is HTML. */
function startOf(lines: Line[]): string {
  const first = lines.slice(0, 400).map((line) => line.text);
  return first.join('\n').slice(0, 60_000);
}

/** An input of so few records is a quotation of a reply, not a conversation about it. */
const FEW = 2;

/** Reads prose, bounce paragraphs, transcripts and log lines, in any mixture. */
export function readFreeText(lines: Line[], clock: Clock): Said[] {
  const all = segments(looksLikeHtml(startOf(lines)) ? htmlLines(lines) : lines);
  const readLog = logReader();
  const dialogue = transcriptReader();
  const found: Said[] = [];
  /** An address on a line of its own is whom the next reply is about. */
  let pending: string | null = null;
  let host: string | null = null;
  for (const segment of all) {
    const text = decoded(segment.text);
    const alone = ADDRESS_ALONE.exec(text);
    if (alone?.[1] !== undefined) {
      pending = alone[1];
      host = alone[2] ?? null;
      continue;
    }
    pending = withoutStop(TOLD_FOR.exec(text.slice(0, 600))?.[1]) ?? pending;
    const answer = dialogue.take(text, segment, { recipient: pending, host });
    if (answer.found) found.push(answer.found);
    const record = answer.taken ? null : readLog(text, segment.line);
    if (!record) continue;
    if (record.recipient === null && pending !== null) {
      Object.assign(record, { recipient: pending, recipientDomain: domainOf(pending) });
    }
    if (record.marked) pending = null;
    addStamp(record, text, clock);
    record.alone = all.length <= FEW;
    found.push(record);
  }
  return found;
}
