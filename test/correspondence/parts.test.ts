import { randomBytes } from 'node:crypto';
import t from 'tap';
import { headerSection, sourceText } from '../../src/correspondence/source-text.ts';
import { visible, visibleName } from '../../src/correspondence/visible-signs.ts';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

t.test('what cannot be seen is written out', async (t) => {
  t.equal(visibleName('\u202egpj.exe'), '⟨U+202E⟩gpj.exe');
  t.equal(visibleName('\u200b.htaccess'), '⟨U+200B⟩.htaccess');
  t.equal(visibleName('two\r\nSet-Cookie: a=b'), 'two⟨U+000A⟩Set-Cookie: a=b');
  t.equal(visibleName('a\0b'), 'a⟨U+0000⟩b');
  t.equal(visible('a\r\n\tb'), 'a\n\tb');
  t.equal(visible('Grüße, 日本語, emoji 👍'), 'Grüße, 日本語, emoji 👍');
});

t.test(
  'a source as text: UTF-8, or each octet a character; its header up to the first empty line',
  async (t) => {
    t.equal(sourceText(Buffer.from('Grüße')), 'Grüße');
    t.equal(sourceText(Buffer.from('Grüße').subarray(0, 3)), 'Gr', 'cut within a character');
    t.equal(sourceText(Buffer.from([0x47, 0xfc, 0x41])), 'GüA');
    t.match(headerSection(Buffer.from('A: b\r\nC: d\r\n\r\nE: f\n\n')), {
      octets: /^A: b\r\nC: d$/,
      isWhole: true,
    });
    t.match(headerSection(Buffer.from('A: b\n\nx\r\n\r\n')), { octets: /^A: b$/, isWhole: true });
    t.match(headerSection(Buffer.from('A: b\r\n')), { isWhole: false });
  },
);

t.test('whatever octets came, the download has them, and the pages show them', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk, 'viewer');
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const mails = [
    randomBytes(1),
    randomBytes(5000),
    Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), randomBytes(300_000)]),
    Buffer.from('\0\r\n\r\0\n'),
    Buffer.concat([Buffer.from(`X-Long: ${'a'.repeat(100_000)}\r\n\r\n`), randomBytes(10)]),
    Buffer.concat([Buffer.from('X: y\r\n\r\n'), Buffer.alloc(1_500_000, 'source ')]),
  ];
  for (const [at, raw] of mails.entries()) {
    const recorded = await desk.api('POST', '/incidents/1/messages', raw, {
      'content-type': 'message/rfc822',
    });
    t.equal(recorded.status, 201);
    const url = `/incidents/1/messages/${recorded.body.id}`;
    const download = await desk.app.inject({ method: 'GET', url: `${url}/source`, headers: { cookie } });
    t.ok(download.rawPayload.equals(raw), `mail ${at}: the same octets`);
    t.match(download.headers['content-disposition'], /filename="incident-1-message-\d+\.eml"/);
    const page = await browser.get(`${url}/source-text`);
    t.equal(page.statusCode, 200);
    t.equal(/The first 1,048,576 bytes/.test(page.body), raw.length > 1_048_576);
    t.equal((await browser.get(url)).statusCode, 200);
  }
  t.equal((await browser.get('/incidents/1/messages/99/source-text')).statusCode, 404);
});

// Names that deceive: FreeScout CVE-2026-27636, CVE-2026-28289; osTicket CVE-2020-24917.
t.test(
  'an attachment’s name is text: on the page nothing of it hides, in the download nothing deceives',
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    const names = [
      '\u202egpj.exe',
      '\u200b.htaccess',
      '../../etc/passwd',
      'two\r\nlines.txt',
      'x'.repeat(4096),
    ];
    const encoded = (name: string) => encodeURIComponent(name).replaceAll("'", '%27');
    const parts = names.map(
      (name) =>
        `--x\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename*=UTF-8''${encoded(name)}\r\n\r\nx`,
    );
    const mail = `From: a@example.com\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n${parts.join('\r\n')}\r\n--x--`;
    await desk.api('POST', '/incidents/1/messages', Buffer.from(mail), { 'content-type': 'message/rfc822' });
    const stored = await desk.db.selectFrom('attachments').select('file_name').orderBy('position').execute();
    t.equal(stored[0]?.file_name, names[0], 'it is kept as it came');
    const browser = await signedIn(desk);
    const { body } = await browser.get('/incidents/1/messages/1');
    t.match(body, '⟨U+202E⟩gpj.exe');
    t.match(body, '⟨U+200B⟩.htaccess');
    t.notMatch(body, /[\u202e\u200b]/);
    for (const at of names.keys()) {
      const { headers } = await browser.get(`/incidents/1/messages/1/attachments/${at}`);
      const disposition = String(headers['content-disposition']);
      t.match(disposition, /^attachment; /);
      t.notMatch(decodeURIComponent(disposition), /[\u202e\u200b]/);
    }
  },
);
