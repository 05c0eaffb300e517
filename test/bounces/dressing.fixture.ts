/** Ways in which one reply reaches us. None of them may change what the reply means. */
const HOST = 'mx1.example.net';
const HOST_IP = '203.0.113.9';
const TO = 'a@example.net';

/** Breaks at blanks, as mail programs do. */
function wrapped(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${indent}`);
}

/** The reply on three lines, each with its codes; null when it is too short for that. */
function multiLine(reply: string, lineBreak: string): string | null {
  const codes = /^(\d{3}) (\d\.\d+\.\d+ )?(?=\D)/.exec(reply);
  const words = reply.slice(codes?.[0].length ?? 0).split(' ');
  if (!codes || words.length < 9) return null;
  const third = Math.ceil(words.length / 3);
  const lines = [0, 1, 2].map((n) => words.slice(n * third, (n + 1) * third).join(' '));
  return lines.map((line, n) => `${codes[1]}${n < 2 ? '-' : ' '}${codes[2] ?? ''}${line}`).join(lineBreak);
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll("'", '&#39;');

const postfix = (reply: string): string =>
  `postfix/smtp[58]: B1B141406: to=<${TO}>, relay=${HOST}[${HOST_IP}]:25, delay=1.2, delays=0.1/0/0.8/0.3, dsn=5.0.0, status=bounced (host ${HOST}[${HOST_IP}] said: ${reply} (in reply to RCPT TO command))`;
const exim = (reply: string): string =>
  `2026-01-09 08:00:00 1rABcD-000000012aB-0cDe ** ${TO} R=dnslookup T=remote_smtp H=${HOST} [${HOST_IP}] X=TLS1.3: SMTP error from remote mail server after RCPT TO:<${TO}>: ${reply}`;

const MAIL = `From: Mail Delivery System <MAILER-DAEMON@mail.example.com>\nTo: s@example.com\nSubject: Undelivered Mail\nDate: Fri, 9 Jan 2026 08:00:01 +0000\nMIME-Version: 1.0\n`;
const RETURNED = `Received: from x (x [198.51.100.200]) by mail.example.com\nSubject: 550 5.7.1 blocked\n`;

export const DRESSINGS: Record<string, (reply: string) => string | null> = {
  'Postfix log': (reply) => `Jan  9 08:00:01 mx1 ${postfix(reply)}`,
  'Postfix log in a terminal': (reply) =>
    `Jan  9 08:00:01 mx1 ${postfix(reply)}`.replace(/(.{80})(?=.)/g, '$1\n'),
  'container log': (reply) => `mta-1  | Jan  9 08:00:01 mx1 ${postfix(reply)}`,
  'Exim log': exim,
  'Exim log, line breaks escaped': (reply) => {
    const lines = multiLine(reply, '\\n');
    return lines === null ? null : exim(lines);
  },
  'Sendmail log': (reply) =>
    `Jan  9 08:00:00 mx sm-mta[12]: q41A0abc: to=<${TO}>, delay=00:00:01, mailer=esmtp, relay=${HOST}. [${HOST_IP}], dsn=5.7.1, reply=${reply}, stat=Service unavailable`,
  'OpenSMTPD log': (reply) =>
    `Jan  9 08:00:00 mx smtpd[45]: 8f4864084ecc48f4 mta delivery evpid=7077717e797a776e from=<s@example.com> to=<${TO}> rcpt=<-> source="-" relay="${HOST_IP} (${HOST})" delay=1s result="PermFail" stat="${reply}"`,
  'qmail log': (reply) =>
    `@400000006590a00000000000 starting delivery 7: msg 11 to remote ${TO}\n@400000006590a00000000000 delivery 7: failure: ${HOST_IP}_does_not_like_recipient./Remote_host_said:_${reply.replaceAll(' ', '_')}/Giving_up_on_${HOST_IP}./`,
  'Haraka log': (reply) =>
    `[NOTICE] [C5B2DB84-4AFD-4E9A-AAE3-BEFA7C7DEF43.1] [outbound] recipient <${TO}> rejected: ${reply}`,
  'PowerMTA accounting': (reply) =>
    `type,rcpt,dsnDiag,dsnMta\nb,${TO},"smtp;${reply.replaceAll('"', '""')}",${HOST} (${HOST_IP})`,
  'Amazon SES': (reply) =>
    JSON.stringify({
      notificationType: 'Bounce',
      bounce: { bouncedRecipients: [{ emailAddress: TO, diagnosticCode: `smtp; ${reply}` }] },
      mail: { sourceIp: '198.51.100.200' },
    }),
  SendGrid: (reply) => JSON.stringify([{ email: TO, event: 'bounce', reason: reply }]),
  'delivery report': (reply) =>
    `${MAIL}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n${wrapped(`<${TO}>: host ${HOST}[${HOST_IP}] said: ${reply} (in reply to RCPT TO command)`, 72, '    ')}\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.com\n\nFinal-Recipient: rfc822; ${TO}\nAction: failed\nStatus: 5.0.0\nRemote-MTA: dns; ${HOST}\n${wrapped(`Diagnostic-Code: smtp; ${reply}`, 72, '    ')}\n\n--b\nContent-Type: message/rfc822\n\n${RETURNED}\nhi\n--b--\n`,
  'Exim bounce': (reply) =>
    `${MAIL}\nThe following address(es) failed:\n\n  ${TO}\n    host ${HOST} [${HOST_IP}]\n    SMTP error from remote mail server after RCPT TO:<${TO}>:\n    ${wrapped(reply, 70, '    ')}\n\n------ This is a copy of the message, including all the headers. ------\n\n${RETURNED}`,
  'Exchange bounce': (reply) =>
    `${MAIL}\nGenerating server: mail.example.com\n\n${TO}\n${HOST}\nRemote Server returned '${reply}'\n\nOriginal message headers:\n\n${RETURNED}`,
  'HTML bounce': (reply) =>
    `${MAIL}Content-Type: text/html; charset=utf-8\n\n<html><p>Your message to <b>${TO}</b> was blocked.</p><div>${escaped(reply)}</div></html>`,
  'quoted mail': (reply) => `Hello,\n\nwe get this today:\n\n> ${wrapped(reply, 60, '> ')}\n\nCan you help?`,
  'multi-line reply': (reply) => multiLine(reply, '\n'),
  'program’s error': (reply) =>
    `smtplib.SMTPRecipientsRefused: {'${TO}': (${reply.slice(0, 3)}, b"${reply.slice(4)}")}`,
  'PHPMailer’s error': (reply) =>
    `SMTP Error: data not accepted.SMTP server error: DATA END command failed Detail: ${reply.slice(4)} SMTP code: ${reply.slice(0, 3)}`,
  chat: (reply) => `[09:12] ada: anyone?\n[09:12] ada: \`${reply}\`\n[09:13] bob: again 198.51.100.200?`,
  'queue listing': (reply) =>
    `A1B2C3D4E5     1234 Fri Jan  9 08:00:01  s@example.com\n(host ${HOST}[${HOST_IP}] said: ${reply} (in reply to RCPT TO command))\n                                         ${TO}\n`,
};
