import { stateWords } from '../incidents/incidents.ts';
import { shownText } from '../web/shown-text.ts';
import { CHANNEL_WORDS } from './channels.ts';
import { foldQuotes, type TextPart } from './fold-quotes.ts';
import { type MarkedPart, markWords } from './mark-words.ts';
import type { AttachmentShown } from './parts-store.ts';
import type { MessageShown } from './store.ts';
import { verdictBadge } from './verdict-badge.ts';
import { visibleName } from './visible-signs.ts';

/** Of a message what a page shows of it; its HTML is shown by a frame of its own. */
export type MessageRead = Pick<
  MessageShown,
  | 'id'
  | 'direction'
  | 'channel'
  | 'at'
  | 'recorded_at'
  | 'from_address'
  | 'to_address'
  | 'subject'
  | 'text'
  | 'verdict'
  | 'confidence'
  | 'quote'
  | 'problem'
  | 'letter_id'
  | 'form_fields'
  | 'applied'
  | 'proven'
  | 'reference'
> & { has_html: boolean };

const PART_WORDS: Record<TextPart['kind'], string> = {
  new: 'Text',
  header: 'Header',
  quoted: 'Quoted',
  history: 'Earlier messages, quoted',
  signature: 'Signature',
  footer: 'Footer',
  'passed-on': 'What it passes on',
};

const lineCount = (text: string) => text.trim().split('\n').length;

function partView({ kind, folded, pieces, text }: MarkedPart) {
  const lines = lineCount(text);
  const last = pieces.length - 1;
  // White space between parts is the page's.
  const trimmed = pieces.map((piece, index) => ({
    ...piece,
    text: index === last ? piece.text.trimEnd() : piece.text,
  }));
  return {
    kind,
    folded,
    label: `${PART_WORDS[kind]}, ${lines} ${lines === 1 ? 'line' : 'lines'}`,
    pieces: trimmed,
  };
}

/** `Jane Doe <jane@example.com>` as `Jane Doe`: who it is, for a line among others. */
function shortName(address: string): string {
  const name = /^"?([^"<]{1,200}?)"?\s{0,3}<[^<>]{1,400}>/.exec(address)?.[1]?.trim();
  return visibleName(name || address).slice(0, 120);
}

const FIRST_WORDS = 160;

/** The words that a folded message is told by: the first that are new in it. */
function firstWords(parts: TextPart[]): string {
  const said = parts.find(({ kind, text }) => kind === 'new' && text.trim() !== '') ?? parts[0];
  return (said?.text ?? '').slice(0, 1000).replace(/\s+/g, ' ').trim().slice(0, FIRST_WORDS);
}

/** How large a file is, in short: `1.2 MB`. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

const attachmentView = (one: AttachmentShown) => ({
  position: one.position,
  fileName: visibleName(one.file_name).slice(0, 300),
  type: visibleName(one.content_type),
  size: sizeWords(one.byte_length),
  isInline: one.is_inline,
});

/** A field in which the letter itself was entered says so, and does not repeat it. */
const fieldsView = (fields: MessageRead['form_fields'], text: string) =>
  (fields ?? []).map(({ label, value }) => ({
    label,
    value: shownText(value),
    isText: value.trim() !== '' && value.trim() === text.trim(),
  }));

/** Why an answer has moved nothing and waits for a person, in words; empty: it does not wait. */
function waitsFor({ direction, applied, verdict, proven }: MessageRead): string {
  if (direction === 'out' || applied || verdict === 'other') return '';
  return proven ? 'by a machine' : 'not proven';
}

/** A message as its own page and the conversation show it. `them`: the provider's name. */
export function messageView(message: MessageRead, attachments: AttachmentShown[], them: string) {
  const isIn = message.direction === 'in';
  const parts = foldQuotes(shownText(message.text));
  const marked = markWords(parts, message.quote);
  const badge = verdictBadge(message);
  return {
    id: message.id,
    isIn,
    direction: message.direction,
    channel: CHANNEL_WORDS[message.channel],
    at: message.at,
    recordedAt: message.recorded_at,
    from: visibleName(message.from_address),
    to: visibleName(message.to_address),
    who: isIn ? shortName(message.from_address) || them : 'Us',
    toWhom: isIn ? '' : shortName(message.to_address) || them,
    subject: visibleName(message.subject),
    firstWords: firstWords(parts),
    parts: marked.map(partView),
    hasHtml: message.has_html,
    quote: message.quote ?? '',
    isMarked: marked.some(({ pieces }) => pieces.some((piece) => piece.marked)),
    confidence: message.confidence === null ? '' : `${Math.round(message.confidence * 100)}%`,
    waits: waitsFor(message),
    byPerson: message.verdict !== null && message.confidence === null,
    verdict: message.verdict ?? '',
    verdictWords: stateWords(message.verdict ?? ''),
    is: badge.is,
    icon: badge.icon,
    reference: message.reference ?? '',
    problem: message.problem ?? '',
    letterId: message.letter_id,
    fields: fieldsView(message.form_fields, message.text),
    attachments: attachments.map(attachmentView),
  };
}
