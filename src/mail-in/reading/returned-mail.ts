import { inputLines } from '../../bounces/input-lines.ts';
import { readMail } from '../../bounces/mail.ts';
import { isMessage, mimeParts, readHeaders } from '../../bounces/mime.ts';
import { clockIn } from '../../bounces/stamps.ts';

/** What a delivery report says of a mail that came back, or is late. */
export type ReturnedMail = {
  /** With brackets. */
  messageId: string;
  /** Whom it did not reach, as far as the report names them. */
  recipients: string[];
  /** The reply that refused it, the first of several. */
  words: string;
  status: 'failed' | 'delayed';
};

const ID = /<[^<>\s]{1,500}>/;
const LATE = /\b(?:delay(?:ed)?|warning|still being retried|verzögert|retard)/i;

/** The actions of a report, `failed` and `delayed` among them (RFC 3464 § 2.3.3); none in the older forms. */
function actionsIn(parts: ReturnType<typeof mimeParts>['parts']): string[] {
  return parts
    .filter(({ type, within }) => within === 0 && /^message\/(?:global-)?delivery-status$/.test(type))
    .flatMap(({ lines }) =>
      lines.flatMap(({ text }) => /^action:\s{0,10}([a-z]{1,20})/i.exec(text)?.[1] ?? []),
    )
    .map((action) => action.toLowerCase());
}

function statusOf(actions: string[], subject: string): ReturnedMail['status'] | undefined {
  if (actions.includes('failed')) return 'failed';
  if (actions.includes('delayed')) return 'delayed';
  // Delivered, relayed, expanded: nothing is wrong.
  if (actions.length > 0) return undefined;
  return LATE.test(subject) ? 'delayed' : 'failed';
}

/** Reads a delivery report; undefined where it does not say which mail it is about, or reports no trouble. */
export function returnedMail(raw: Buffer): ReturnedMail | undefined {
  const { lines } = inputLines(raw);
  const { headers, parts } = mimeParts(lines);
  const messageId = parts
    .filter(({ type, within }) => within === 0 && (isMessage(type) || type === 'text/rfc822-headers'))
    .map((part) => ID.exec(readHeaders(part.lines).headers.get('message-id') ?? '')?.[0])
    .find((id) => id !== undefined);
  const status = statusOf(actionsIn(parts), headers.get('subject') ?? '');
  if (messageId === undefined || status === undefined) return undefined;
  const { replies } = readMail(lines, clockIn('UTC', new Date(0)));
  const recipients = [...new Set(replies.flatMap(({ recipient }) => recipient ?? []))];
  return { messageId, recipients, words: replies[0]?.text ?? '', status };
}
