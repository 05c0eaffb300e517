const CRLF = (text: string) => text.replaceAll('\n', '\r\n');

export type ArfOptions = {
  id?: string;
  date?: string;
  from?: string;
  /** Lines of the feedback report besides the three that every one has. */
  report?: string[];
  type?: string;
  /** Header lines of the mail complained of. */
  original?: string[];
  originalType?: string;
};

export const ORIGINAL = [
  'Received: from mx1.example.com (mx1.example.com [192.0.2.10]) by in.example.net with ESMTPS; Mon, 1 Jun 2026 09:00:00 +0000',
  'Received: from app.example.com (app.example.com [198.51.100.77]) by mx1.example.com; Mon, 1 Jun 2026 08:59:58 +0000',
  'From: News <news@example.com>',
  'To: alice.miller@example.net',
  'Subject: June',
  'Message-ID: <june-1@example.com>',
  'Feedback-ID: june:shop:mail:example',
];

/** A report in the abuse reporting format (RFC 5965). */
export function arf(options: ArfOptions = {}): string {
  const { id = 'r1@fbl.example.org', date = 'Mon, 01 Jun 2026 10:00:00 +0000' } = options;
  const report = options.report ?? ['Source-IP: 192.0.2.10', 'Original-Rcpt-To: alice.miller@example.net'];
  return CRLF(`From: ${options.from ?? 'Feedback <fbl@fbl.example.org>'}
To: abuse@example.com
Subject: FW: June
Date: ${date}
Message-ID: <${id}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an abuse report for a mail.

--b1
Content-Type: message/feedback-report

${[`Feedback-Type: ${options.type ?? 'abuse'}`, 'User-Agent: Loop/1.0', 'Version: 1', ...report].join('\n')}

--b1
Content-Type: ${options.originalType ?? 'message/rfc822'}

${(options.original ?? ORIGINAL).join('\n')}

Body of June.
--b1--
`);
}

/** Microsoft's older form, with the mail or only its header. */
export const jmrp = (ip: string, form: 'mail' | 'header' | 'text' = 'mail'): string => {
  const inner = [
    'X-HmXmrOriginalRecipient: bob.stone@outlook.example',
    'X-Reporter-IP: 203.0.113.99',
    'Received: from mx1.example.com ([192.0.2.10]) by in.example.net; Mon, 1 Jun 2026 09:00:00 +0000',
    'From: News <news@example.com>',
    'Message-ID: <june-2@example.com>',
    'X-Campaign: june',
  ].join('\n');
  const type = { mail: 'message/rfc822', header: 'text/rfc822-headers', text: 'text/plain' }[form];
  return CRLF(`From: staff@hotmail.com
To: abuse@example.com
Subject:  complaint about message from ${ip}
Date: Mon, 1 Jun 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b2"

--b2
Content-Type: ${type}

${inner}
${form === 'mail' ? '\nBody of June.\n' : ''}
--b2--
`);
};

/** Mails that somebody sends on as attachments. */
export const sentOn = (...mails: string[]): string =>
  CRLF(`From: colleague@example.com
To: abuse@example.com
Subject: complaints
Date: Tue, 2 Jun 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="out"

${mails.map((mail) => `--out\nContent-Type: message/rfc822\n\n${mail.replaceAll('\r\n', '\n')}`).join('\n')}
--out--
`);
