import { readRecord } from './dressing.ts';
import { domainOf, type Said } from './said.ts';
import type { Segment } from './segments.ts';

/** What stands above a dialogue. */
type Known = { recipient: string | null; host: string | null };

/** A dialogue as Sendmail prints it. The first answer of each host is the cause of all that follows. */
export type TranscriptReader = {
  /** Takes a segment that belongs to a dialogue: true when it was one, with the answer if it tells of a refusal. */
  take: (text: string, segment: Segment, known: Known) => { taken: boolean; found: Said | null };
};

const NOT_OURS = { taken: false, found: null };
const TAKEN = { taken: true, found: null };

/** More lines than this without a word of the dialogue end a transcript. */
const GAP = 4;

const TALKING = /while talking to ([\w.-]{3,253}?)\.?:(?:\s|$)/i;
const BEGINS = /^-{3,}.{0,10}transcript of session/i;
const RECIPIENT = /RCPT TO:\s?<([^>\s]{3,320})>/i;

type Dialogue = { recipient: string | null; host: string | null; told: boolean; until: number };

export function transcriptReader(): TranscriptReader {
  let open: Dialogue | null = null;

  const answer = (dialogue: Dialogue, text: string, line: number): Said | null => {
    const reply = readRecord(text, line);
    if (dialogue.told || !reply.marked || /^2/.test(reply.text)) return null;
    dialogue.told = true;
    const { recipient, host } = dialogue;
    return { ...reply, firstAnswer: true, recipient, recipientDomain: domainOf(recipient), mx: host };
  };

  const take: TranscriptReader['take'] = (text, { line, transcript }, known) => {
    if (open && line > open.until + GAP) open = null;
    if (open) open.until = line;
    const host = TALKING.exec(text)?.[1];
    if (host !== undefined || BEGINS.test(text)) {
      open = { recipient: open?.recipient ?? null, host: host ?? null, told: false, until: line };
    }
    if (!transcript) return open && (open.told || host !== undefined) ? TAKEN : NOT_OURS;
    open ??= { ...known, told: false, until: line };
    if (!text.startsWith('>>> ')) return { taken: true, found: answer(open, text, line) };
    open.recipient = RECIPIENT.exec(text)?.[1] ?? open.recipient;
    return TAKEN;
  };

  return { take };
}
