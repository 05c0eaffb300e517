import { decodeEntities, looksLikeHtml } from './entities.ts';
import { readRecord } from './dressing.ts';
import { htmlLines } from './html-lines.ts';
import type { Line } from './input-lines.ts';
import { domainOf, type Said, said } from './said.ts';
import { segments } from './segments.ts';
import { logReader } from './sessions.ts';
import { type Clock, readStamp } from './stamps.ts';

const ADDRESS_ALONE = /^\s*<?([\w.!#$%&'*+/=?^`{|}~-]{1,128}@[\w.-]{1,253})>?(?:<mailto:[^>]{1,300}>)?:?\s*$/;

/** A transcript (RFC 5321 dialogue as Sendmail prints it): the first reply of each host is the cause. */
type Transcript = { recipient: string | null; host: string | null; told: boolean; until: number };

/** In place: the log reader may still complete what it handed out. */
function addStamp(found: Said, text: string, clock: Clock): void {
  const stamp = readStamp(text, clock) ?? readStamp(/\bTimestamp\s*: (.{10,40})/.exec(text)?.[1] ?? '', clock);
  if (stamp) Object.assign(found, { at: stamp.at, atGuessed: stamp.guessed });
}

/** Soft breaks are gone by now; `=3D` and the like may be left in a pasted raw mail. */
const decoded = (text: string): string => {
  const plain = /=(?:3D|E2=80|C3=)/.test(text) ? text.replace(/=([2-7][0-9A-F])/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : text;
  return decodeEntities(plain);
};

/** More lines than this without a word of the dialogue end a transcript. */
const TRANSCRIPT_GAP = 4;

/** An input of so few records is a quotation of a reply, not a conversation about it. */
const FEW = 2;

/** Reads prose, bounce paragraphs, transcripts and log lines, in any mixture. */
export function readFreeText(lines: Line[], clock: Clock): Said[] {
  const html = looksLikeHtml(lines.slice(0, 400).map((line) => line.text).join('\n').slice(0, 60_000));
  const readLog = logReader();
  const found: Said[] = [];
  let pending: string | null = null;
  let transcript = null as Transcript | null;
  const all = segments(html ? htmlLines(lines) : lines);
  for (const segment of all) {
    const text = decoded(segment.text);
    const alone = ADDRESS_ALONE.exec(text)?.[1];
    if (alone !== undefined) {
      pending = alone;
      continue;
    }
    if (transcript && segment.line > transcript.until + TRANSCRIPT_GAP) transcript = null;
    if (transcript) transcript.until = segment.line;
    const talking: string | undefined = /while talking to ([\w.-]{3,253}?)\.?:(?:\s|$)/i.exec(text)?.[1];
    if (talking !== undefined) transcript = { recipient: transcript?.recipient ?? null, host: talking, told: false, until: segment.line };
    else if (/^-{3,}.{0,10}transcript of session/i.test(text)) transcript = { recipient: null, host: null, told: false, until: segment.line };
    if (/^>>> /.test(text)) {
      const rcpt = /RCPT TO:\s?<([^>\s]{3,320})>/i.exec(text)?.[1];
      transcript ??= { recipient: null, host: null, told: false, until: segment.line };
      if (rcpt !== undefined) transcript.recipient = rcpt;
      continue;
    }
    if (segment.transcript) {
      transcript ??= { recipient: pending, host: null, told: false, until: segment.line };
      if (transcript.told) continue;
      const reply = readRecord(text, segment.line);
      if (!reply.marked || /^2/.test(reply.text)) continue;
      transcript.told = true;
      found.push(said({ ...reply, recipient: transcript.recipient, recipientDomain: domainOf(transcript.recipient), mx: transcript.host }));
      continue;
    }
    if (transcript && (transcript.told || talking !== undefined)) continue;
    const record = readLog(text, segment.line);
    if (!record) continue;
    if (record.recipient === null && pending !== null && record.marked) Object.assign(record, { recipient: pending, recipientDomain: domainOf(pending) });
    if (record.marked) pending = null;
    addStamp(record, text, clock);
    record.alone = all.length <= FEW;
    found.push(record);
  }
  return found;
}
