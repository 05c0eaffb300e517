/** A letter as a mail file (RFC 5322), composed by a library: no header can be injected, and long lines fold. */
export async function letterEml(letter: {
  subject: string;
  text: string;
  from: string;
  fromName: string;
  to: string;
  replyTo: string;
  at: Date;
}): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer/index.js');
  const mail = new MailComposer({
    ...(letter.from ? { from: { name: letter.fromName, address: letter.from } } : {}),
    ...(letter.to ? { to: { name: '', address: letter.to } } : {}),
    ...(letter.replyTo && letter.replyTo !== letter.from
      ? { replyTo: { name: '', address: letter.replyTo } }
      : {}),
    subject: letter.subject,
    text: letter.text,
    date: letter.at,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return mail.compile().build();
}
