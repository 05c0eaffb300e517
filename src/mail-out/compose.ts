import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';

/** A letter as it goes out, every part of it checked. */
export type MailToCompose = {
  from: { name: string; address: string };
  to: string[];
  /** Empty: answers come to where it is from. */
  replyTo: string;
  subject: string;
  text: string;
  /** The same for eyes; left out: there is text alone. */
  html?: string;
  /** Further header fields, each one line. */
  headers?: Record<string, string>;
  at: Date;
  messageId: string;
  /** Message-IDs of the thread, the one that is answered last. */
  references: string[];
  attachments: { fileName: string; content: Buffer }[];
  dkim: { domain: string; selector: string; key: string } | null;
};

/** A Message-ID of ours (RFC 5322 § 3.6.4). */
export const newMessageId = (fromAddress: string, what: 'desk' | 'notice' = 'desk'): string =>
  `<${randomUUID()}.${what}@${fromAddress.slice(fromAddress.lastIndexOf('@') + 1)}>`;

/** Whether a Message-ID may be that of a mail to one of our people. */
export const isNoticeId = (messageId: string): boolean => /^<?[0-9a-f-]{36}\.notice@/.test(messageId);

/** Every line ends with CRLF, as it will on the way (RFC 5321 § 2.3.8): what is kept is what is sent. */
function inCrlf(composed: Buffer): Buffer {
  const lines = composed.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n');
  return Buffer.from(lines.endsWith('\r\n') ? lines : `${lines}\r\n`, 'latin1');
}

/**
 * The octets that are kept and sent, composed and signed by a library: text first, then the attachments. All
 * addresses go in as objects, so that no parser of address lists ever sees them.
 */
export async function composeMail(mail: MailToCompose): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer/index.js');
  const answered = mail.references.at(-1);
  const composed = await new MailComposer({
    from: mail.from,
    to: mail.to.map((address) => ({ name: '', address })),
    ...(mail.replyTo ? { replyTo: { name: '', address: mail.replyTo } } : {}),
    subject: mail.subject,
    text: mail.text,
    ...(mail.html ? { html: mail.html } : {}),
    ...(mail.headers ? { headers: mail.headers } : {}),
    date: mail.at,
    messageId: mail.messageId,
    ...(answered ? { inReplyTo: answered, references: mail.references } : {}),
    attachments: mail.attachments.map(({ fileName, content }) => ({ filename: fileName, content })),
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false,
  } as never)
    .compile()
    .build();
  const raw = inCrlf(composed);
  if (!mail.dkim) return raw;
  const { default: Dkim } = await import('nodemailer/lib/dkim/index.js');
  const { domain, selector, key } = mail.dkim;
  return buffer(new Dkim({ domainName: domain, keySelector: selector, privateKey: key }).sign(raw));
}
