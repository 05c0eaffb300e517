import type { Channel, Direction } from '../database/tables.ts';
import { invalid } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { EnteredField } from './entered-fields.ts';
import { looksLikeMail, readMail, writtenAt } from './mail.ts';
import { classifyReply } from './reading/classify.ts';
import { takeSubjectLine } from './reading/newest-part.ts';
import type { NewMessage } from './store.ts';

/** A message as a person or a program hands it in. What is given by hand comes before what the mail says. */
export type GivenMessage = {
  direction: Direction;
  channel: Channel;
  /** The whole mail, when there is one. */
  rawMail: Buffer | null;
  from?: string | undefined;
  to?: string | undefined;
  subject?: string | undefined;
  text?: string | undefined;
  at?: Date | undefined;
  reference?: string | undefined;
  formFields?: EnteredField[] | undefined;
};

const MAX_TEXT = 1_000_000;
const MAX_SUBJECT = 500;

function fromText(given: GivenMessage) {
  const text = given.text ?? '';
  if (!text.trim()) throw invalid('text', 'Paste the message, or choose its .eml file.');
  if (text.length > MAX_TEXT)
    throw invalid('text', `A message takes ${MAX_TEXT} characters; send a longer one as .eml.`);
  const read = text.replaceAll('\0', '\u{fffd}');
  // Pasted with the line of its subject above; where somebody typed a subject, that line is theirs to keep.
  const headed = given.subject ? null : takeSubjectLine(read);
  return {
    from: '',
    to: '',
    subject: headed?.subject.slice(0, MAX_SUBJECT) ?? '',
    sentAt: null,
    text: headed?.text ?? read,
    html: null,
    messageId: null,
    attachments: [],
    problem: null,
  };
}

const MAX_QUOTE = 2000;

/** What an answer amounts to, and the ticket that it names. */
export function readAnswer(
  mail: { subject: string; from: string; text: string },
  context: { catalogue: Catalogue; provider?: string },
): { provider: string | null; reading: NonNullable<NewMessage['reading']>; reference: string | null } {
  const answer = classifyReply({ subject: mail.subject, from: mail.from, text: mail.text }, context);
  return {
    provider: answer.provider,
    reading: {
      verdict: answer.verdict,
      confidence: answer.confidence,
      quote: answer.quote?.replaceAll('\0', '\u{fffd}').slice(0, MAX_QUOTE) ?? null,
    },
    reference: answer.reference,
  };
}

/** Reads a message and says what an incoming one amounts to; nothing is stored yet. */
export async function readMessage(
  given: GivenMessage,
  context: { catalogue: Catalogue; provider: string },
): Promise<NewMessage> {
  // A mail pasted with its header is a mail.
  const raw = given.rawMail ?? (given.text && looksLikeMail(given.text) ? Buffer.from(given.text) : null);
  const { sentAt, ...read } = raw ? await readMail(raw) : fromText(given);
  const mail = {
    ...read,
    from: given.from || read.from,
    to: given.to || read.to,
    subject: given.subject || read.subject,
  };
  const answer = given.direction === 'in' ? readAnswer(mail, context) : null;
  return {
    direction: given.direction,
    channel: given.channel,
    at: given.at ?? writtenAt(sentAt, new Date()),
    raw: raw ?? Buffer.from(given.text ?? ''),
    rawType: raw ? 'message/rfc822' : 'text/plain',
    mail,
    reading: answer?.reading ?? null,
    reference: given.reference?.trim() || answer?.reference || null,
    formFields: given.formFields,
  };
}
