import t from 'tap';
import { Browser, REFUSAL, signedIn, testDesk } from '../desk.ts';
import { nothingWritten, postMail, postParts, refusedJson, refusedPage } from './bad-input.fixture.ts';

const HEAD = [
  'From: Support <support@example.com>',
  'To: postmaster@harbour.example.com',
  'Subject: Your case SRX1234567890ID',
  'Date: Tue, 10 Mar 2026 09:12:00 +0000',
  'Message-ID: <1@example.com>',
  'MIME-Version: 1.0',
];
const mail = (...lines: string[]) => [...HEAD, ...lines].join('\r\n');
const nested = (depth: number) => {
  const open = Array.from(
    { length: depth },
    (_, at) => `--b${at}\r\nContent-Type: multipart/mixed; boundary="b${at + 1}"\r\n`,
  );
  return mail('Content-Type: multipart/mixed; boundary="b0"', '', ...open, `--b${depth}`, '', 'innermost');
};

/** Mails that break the rules; each is kept whole, whatever could be read of it. */
const BROKEN: { what: string; raw: string; says?: RegExp; problem?: RegExp }[] = [
  {
    what: 'no end boundary',
    raw: mail(
      'Content-Type: multipart/mixed; boundary="x"',
      '',
      '--x',
      'Content-Type: text/plain',
      '',
      'not qualified for mitigation',
    ),
    says: /not qualified for mitigation/,
  },
  {
    what: 'a boundary that never comes',
    raw: mail('Content-Type: multipart/mixed; boundary="x"', '', 'not qualified for mitigation'),
  },
  { what: 'multipart without a boundary', raw: mail('Content-Type: multipart/mixed', '', 'some text') },
  {
    what: 'a charset that nobody knows',
    raw: mail('Content-Type: text/plain; charset=x-no-such-charset', '', 'your request was declined'),
    says: /your request was declined/,
  },
  {
    what: 'a charset name that is an attack',
    raw: mail('Content-Type: text/plain; charset="../../etc/passwd\\"><script>"', '', 'readable'),
    says: /readable/,
  },
  { what: 'broken base64', raw: mail('Content-Transfer-Encoding: base64', '', '!!!!not base64 at all%%%%') },
  {
    what: '10,000 nested parts',
    raw: nested(10_000),
    problem: /more than 2000 parts.*Its source is kept whole/,
  },
  { what: '40 nested parts', raw: nested(40), problem: /could not be taken apart.*Its source is kept whole/ },
  {
    what: '10,000 headers',
    raw: mail(...Array.from({ length: 10_000 }, (_, at) => `X-Nothing-${at}: ${at}`), '', 'the text below'),
    says: /the text below/,
  },
  {
    what: 'one enormous header',
    raw: mail(`X-Enormous: ${'x'.repeat(3_000_000)}`, '', 'the text below'),
    problem: /could not be taken apart.*Its source is kept whole/,
  },
  {
    what: 'an address line of a megabyte',
    raw: [`From: ${'"('.repeat(250_000)}<a@example.com>`, ...HEAD.slice(1), '', 'the text below'].join(
      '\r\n',
    ),
  },
  { what: 'nothing but a header', raw: HEAD.join('\r\n') },
  { what: 'NULs', raw: mail('', 'a\0b\0', '\0') },
];

t.test(
  'a broken mail is recorded with what could be read, and its source is kept byte for byte',
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    const browser = await signedIn(desk);
    for (const { what, raw, says, problem } of BROKEN) {
      const recorded = await postMail(desk, 1, raw);
      t.equal(recorded.status, 201, `${what}: ${JSON.stringify(recorded.body).slice(0, 300)}`);
      const { id } = recorded.body as { id: number };
      const row = await desk.db
        .selectFrom('messages')
        .select(['raw', 'text', 'problem'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      t.equal(Buffer.compare(row.raw, Buffer.from(raw)), 0, `${what}: the source is whole`);
      if (says) t.match(row.text, says, what);
      if (problem) t.match(row.problem, problem, what);
      const page = await browser.get(`/incidents/1/messages/${id}`);
      t.equal(page.statusCode, 200, what);
      if (problem) t.match(page.body, /source is kept whole/, `${what}: the page says so`);
      t.equal((await browser.get(`/incidents/1/messages/${id}/html`)).statusCode, 200, what);
    }
  },
);

t.test('the same mails by a form', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  await browser.get('/incidents/1/messages/new');
  for (const { what, raw } of BROKEN) {
    const page = await postParts(browser, '/incidents/1/messages', [
      { name: 'direction', value: 'in' },
      { name: 'channel', value: 'email' },
      { name: 'file', value: Buffer.from(raw), file: 'mail.eml', type: 'message/rfc822' },
    ]);
    t.equal(page.statusCode, 303, what);
    t.match(page.headers.location, /\/messages\/\d+$/, what);
  }
});

t.test('an empty message is refused, and what was typed beside it stays', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  await browser.get('/incidents/1/messages/new');
  for (const text of ['', ' \n\t ']) {
    const page = await nothingWritten(t, desk.db, 'empty', () =>
      browser.post('/incidents/1/messages', {
        direction: 'in',
        channel: 'email',
        text,
        subject: 'Typed before',
      }),
    );
    refusedPage(t, page, { status: 422, says: /Paste the message, or choose its \.eml file/, what: 'empty' });
    t.match(page.body, 'value="Typed before"');
    const answer = await nothingWritten(t, desk.db, 'empty', () =>
      desk.api('POST', '/incidents/1/messages', { direction: 'in', body: text }),
    );
    refusedJson(t, answer, { status: 422, says: /body|Paste the message/, what: 'empty' });
  }
  refusedJson(t, await nothingWritten(t, desk.db, 'empty mail', () => postMail(desk, 1, '')), {
    status: 422,
    says: /The message is empty/,
    what: 'an empty mail',
  });
});

const NAMES = [
  '../../x',
  '/etc/passwd',
  'C:\\windows\\x.exe',
  'a\u0007b\u001b[2Jc.txt',
  'two\r\nSet-Cookie: a=b.txt',
  '\u202egpj.exe',
  '\u200b.htaccess',
  '";filename=x.html;"',
  'x'.repeat(4096),
  'нет.html',
  '',
];
const TYPES = ['text/html', 'image/svg+xml', 'application/xml', 'application/pdf', 'text/javascript', 'x/y'];

/** A header value that holds anything, RFC 2231. */
const encoded = (text: string) =>
  `UTF-8''${encodeURIComponent(text).replace(/['()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`;

// Attachment names: FreeScout CVE-2026-27636, CVE-2026-28289; osTicket CVE-2020-24917. Active content: RT
// CVE-2022-25802; Chatwoot CVE-2021-3741.
t.test('attachments are downloads that no browser runs, whatever they are and are named', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  const script = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  const parts = NAMES.flatMap((name, at) => [
    '--x',
    `Content-Type: ${TYPES[at % TYPES.length]}`,
    `Content-Disposition: attachment; filename*=${encoded(name)}`,
    '',
    script,
  ]);
  const recorded = await postMail(
    desk,
    1,
    mail('Content-Type: multipart/mixed; boundary="x"', '', '--x', '', 'see below', ...parts, '--x--', ''),
  );
  t.equal(recorded.status, 201);
  const { id } = recorded.body as { id: number };
  t.equal((await browser.get(`/incidents/1/messages/${id}`)).statusCode, 200);
  const downloads = await desk.db.selectFrom('attachments').select(['position', 'file_name']).execute();
  t.equal(downloads.length, NAMES.length);
  const urls = [
    `/incidents/1/messages/${id}/source`,
    ...downloads.map(({ position }) => `/incidents/1/messages/${id}/attachments/${position}`),
  ];
  for (const url of urls) {
    const { statusCode, headers, body } = await browser.get(url);
    t.equal(statusCode, 200, url);
    t.equal(headers['content-type'], 'application/octet-stream', url);
    t.equal(headers['x-content-type-options'], 'nosniff', url);
    t.equal(headers['content-security-policy'], "sandbox; default-src 'none'", url);
    t.match(headers['content-disposition'], /^attachment; filename="[^"\\/%:*?<>|\r\n]+"/, url);
    t.notMatch(headers['content-disposition'], /[^\x20-\x7e]/, url);
    t.notOk('set-cookie' in headers && String(headers['set-cookie']).includes('a=b'), url);
    if (!url.endsWith('source')) t.match(body, 'alert(1)', `${url} is as it came`);
  }
  // Guessing a download: FreeScout CVE-2026-40496; Zammad CVE-2024-33668.
  const nobody = new Browser(desk.app);
  await desk.api('POST', '/incidents', { report: REFUSAL, provider: 'gmail' });
  for (const url of urls) {
    const asked = await nobody.get(url);
    t.equal(asked.statusCode, 303, `${url} asks who it is`);
    t.match(asked.headers.location, /^\/sign-in/);
    t.equal(
      (await browser.get(url.replace('/incidents/1/', '/incidents/2/'))).statusCode,
      404,
      `${url} by another incident`,
    );
  }
});

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" &#1;java&#10;script:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="vbscript:x">x</a>',
  '<svg><animate onbegin=alert(1) attributeName=x></svg>',
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<form action="https://evil.example/"><input name=password></form>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="x"></object><embed src="x">',
  '<link rel=stylesheet href="https://evil.example/x.css">',
  '<style>@import "https://evil.example/x.css";</style>',
  '<div style="background:url(https://evil.example/x)">y</div>',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<base href="https://evil.example/">',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<textarea><img src=x onerror=alert(1)></textarea>',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
  '<template><script>alert(1)</script></template>',
  '<p onclick=alert(1) onmouseover="alert(1)">y</p>',
  `${'<div>'.repeat(5000)}deep`,
  '<b><i><script><b>',
];

// Stored script through a mail: FreeScout CVE-2026-32754; RTIR CVE-2026-105456; mutation: DOMPurify
// CVE-2025-26791, CVE-2026-0540; Zimbra CVE-2025-66376.
t.test('hostile HTML is served without anything that runs or loads', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  for (const html of HOSTILE) {
    const what = html.slice(0, 60);
    const recorded = await postMail(desk, 1, mail('Content-Type: text/html; charset=utf-8', '', html));
    t.equal(recorded.status, 201, what);
    const { id } = recorded.body as { id: number };
    const frame = await browser.get(`/incidents/1/messages/${id}/html`);
    t.equal(frame.statusCode, 200, what);
    // Our own head comes first, the same for every mail.
    t.match(
      frame.body,
      /^<!doctype html><meta [^<>]+><meta [^<>]+><title>Message<\/title><style>[^<]+<\/style>/,
    );
    t.notMatch(
      frame.body.slice(frame.body.indexOf('</style>') + '</style>'.length),
      /<(?:script|img|svg|math|style|form|input|iframe|object|embed|link|meta|base|template|noscript|textarea|xmp)\b|<[^<>]*\s(?:on\w+|style|src|srcdoc)\s*=|href\s*=\s*["']?\s*(?:javascript|data|vbscript)/i,
      what,
    );
    const policy = String(frame.headers['content-security-policy']);
    t.match(
      policy,
      /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'sha256-[^']+'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'$/,
      what,
    );
    const page = await browser.get(`/incidents/1/messages/${id}`);
    t.notMatch(page.body, /<script>alert|<img src=x|<iframe srcdoc/i, what);
    t.match(page.body, /<iframe[^>]*\ssandbox/, `${what}: shown in a frame of its own`);
  }
});

// Script through a header: Zammad CVE-2018-1000154; RTIR CVE-2026-105455. Control headers: RT CVE-2023-41259.
t.test('headers of a mail are text, and none of them acts', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  const nasty = '"><script>alert(1)</script>{{constructor}}';
  const recorded = await postMail(
    desk,
    1,
    [
      `From: "${nasty.replaceAll('"', "'")}" <support@example.com>`,
      `To: ${nasty}`,
      `Subject: ${nasty}`,
      `Message-ID: <${nasty}>`,
      'Date: Thu, 99 Foo 99999 99:99:99 +9999',
      'X-RT-Command: close',
      'X-Delist-State: closed',
      'X-Verdict: mitigated',
      '',
      'Thank you for writing.',
    ].join('\r\n'),
  );
  t.equal(recorded.status, 201);
  for (const url of ['/', '/incidents', '/incidents/1', '/incidents/1/dossier', '/incidents/1/messages/1']) {
    const page = await browser.get(url);
    t.equal(page.statusCode, 200, url);
    t.notMatch(page.body, /<script>alert/, url);
  }
  t.not((await desk.api('GET', '/incidents/1')).body.state, 'closed');
  t.not((await desk.api('GET', '/incidents/1')).body.state, 'mitigated');
});
