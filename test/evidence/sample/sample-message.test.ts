import { generateKeyPairSync } from 'node:crypto';
import { sealMessage } from 'mailauth';
import { createTransport } from 'nodemailer';
import t from 'tap';
import type { Ask } from '../../../src/dns/answer.ts';
import { MAX_SAMPLE } from '../../../src/evidence/sample/fields.ts';
import { readSample } from '../../../src/evidence/sample/sample-message.ts';
import { serve, skip, strings, tableOf, worldOf } from '../dns.fixture.ts';
import { claimsOf, rowsOf } from '../found.fixture.ts';

const pair = (modulusLength: number) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    record: `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
  };
};
const KEY = pair(2048);
const SHORT = pair(512);
const NOW = new Date('2026-11-25T12:00:00Z');
const SUBJECT = { address: '203.0.113.7', helo: 'mail.example.com' };

type Signing = { domain?: string; selector?: string; pem?: string };

/** A message as nodemailer makes and signs it. */
async function signed(
  headers: Record<string, string>,
  { domain, selector, pem }: Signing = {},
): Promise<string> {
  const transport = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    dkim: {
      domainName: domain ?? 'example.com',
      keySelector: selector ?? 's1',
      privateKey: pem ?? KEY.pem,
      headerFieldNames: 'From:To:Subject:Date:Message-ID:List-Unsubscribe:List-Unsubscribe-Post',
    },
  });
  const { message } = await transport.sendMail({
    from: 'news@example.com',
    to: 'reader@example.net',
    subject: 'Hello',
    date: new Date('2026-11-25T11:00:00Z'),
    messageId: '<1@example.com>',
    text: 'Some words.\n',
    headers,
  });
  return message.toString();
}

const received =
  'Received: from mail.example.com (mail.example.com [203.0.113.7]) by mx.example.net; Wed, 25 Nov 2026 11:00:01 +0000\r\n';
const delivered = (message: string, sender = 'bounce@example.com') =>
  `Return-Path: <${sender}>\r\n${received}${message}`;
const UNSUBSCRIBE = {
  'List-Unsubscribe': '<https://example.com/u/1>, <mailto:u@example.com>',
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
};

t.test('with a real server', { skip }, async (t) => {
  const server = await serve({
    served: {
      'example.com': `
@ IN TXT "v=spf1 ip4:203.0.113.0/24 -all"
_dmarc IN TXT "v=DMARC1; p=reject"
s1._domainkey IN TXT ${strings(KEY.record)}
test._domainkey IN TXT ${strings(`t=y; ${KEY.record.slice('v=DKIM1; '.length)}`)}
short._domainkey IN TXT ${strings(SHORT.record)}
`,
      'example.org': `
@ IN TXT "v=spf1 ip4:203.0.113.0/24 -all"
s1._domainkey IN TXT ${strings(KEY.record)}
`,
    },
    broken: ['broken.example'],
  });
  t.teardown(server.close);
  const read = (message: string, now = NOW) =>
    readSample(Buffer.from(message), SUBJECT, worldOf(server.ask, now));

  t.test('a message in order supports what a receiver would find', async (t) => {
    const found = await read(delivered(await signed(UNSUBSCRIBE)));
    t.strictSame(rowsOf(found), {
      dkim: 'good: signed by example.com',
      'dkim:1': 'good: pass: rsa-sha256, 2048 bits',
      spf: 'good: pass: 203.0.113.7 may send for example.com',
      dmarc: 'good: pass: DKIM (example.com) and SPF (example.com) are aligned with example.com, p=reject',
      arc: 'note: none, as it should be where nobody forwarded the message',
      'list-unsubscribe': 'good: <https://example.com/u/1>, <mailto:u@example.com>',
      'one-click': 'good: both fields stand there, under a DKIM signature; the link was not tried',
      from: 'good: news@example.com',
      date: 'good: Wed, 25 Nov 2026 11:00:00 +0000',
      'message-id': 'good: <1@example.com>',
      single: 'good: none stands there twice',
      received: 'good: 203.0.113.7 stands in its Received fields',
    });
    t.strictSame(claimsOf(found), {
      'dkim-pass': 'supports',
      'spf-pass': 'supports',
      'dmarc-policy': 'supports',
      'one-click-unsubscribe': 'unknown',
      'transactional-only': 'contradicts',
    });
    t.equal(found.outcome, 'good');
    t.equal(found.summary, 'SPF pass, DKIM pass, DMARC pass');
    t.ok('s1._domainkey.example.com TXT' in found.raw && '_dmarc.example.com TXT' in found.raw);
  });

  t.test('line ends, mailbox lines and blank lines before it do not break a signature', async (t) => {
    const message = delivered(await signed({}));
    for (const given of [
      message.replaceAll('\r\n', '\n'),
      `From bounce@example.com Wed Nov 25 11:00:00 2026\n${message}`,
      `\ufeff\r\n\n${message}`,
    ])
      t.equal((await read(given)).summary, 'SPF pass, DKIM pass, DMARC pass');
  });

  t.test('a changed body or field fails, and says that pasting may be why', async (t) => {
    const message = await signed({});
    const body = await read(message.replace('Some words', 'Other words'));
    t.match(rowsOf(body)['dkim:1'], /^note: fail: body hash did not verify; pasting may have changed it/);
    t.equal(rowsOf(body)['dkim'], 'bad: no signature is valid');
    const field = await read(message.replace('Subject: Hello', 'Subject: Buy'));
    t.match(rowsOf(field)['dkim:1'], /^note: fail: bad signature; pasting/);
    t.strictSame(claimsOf(field), {
      'dkim-pass': 'contradicts',
      'spf-pass': 'unknown',
      'dmarc-policy': 'contradicts',
      'one-click-unsubscribe': 'unknown',
    });
    t.equal(rowsOf(field)['spf'], 'unknown: the envelope sender is not known: no Return-Path field');
  });

  t.test(
    'keys in test mode, short ones and missing ones do not count; one that is not answered is open',
    async (t) => {
      const dkim = async (signing: Signing) => {
        const found = await read(await signed({}, signing));
        return `${rowsOf(found)['dkim:1']} · ${claimsOf(found)['dkim-pass']}`;
      };
      t.match(await dkim({ selector: 'test' }), /^note: pass: .*test mode \(t=y\).* · contradicts$/);
      t.match(await dkim({ selector: 'short', pem: SHORT.pem }), /^note: policy: weak key · contradicts$/);
      t.match(await dkim({ selector: 'gone' }), /^note: neutral: no key · contradicts$/);
      t.match(
        await dkim({ domain: 'broken.example' }),
        /^note: temperror: DNS failure: ESERVFAIL · unknown$/,
      );
      const plain = await read(
        'From: a@example.com\nDate: Wed, 25 Nov 2026 11:00:00 +0000\nMessage-ID: <1@example.com>\n\nx\n',
      );
      t.equal(rowsOf(plain)['dkim'], 'bad: not signed');
      t.equal(claimsOf(plain)['dkim-pass'], 'contradicts');
    },
  );

  t.test('what passes for another domain is not aligned', async (t) => {
    const found = await read(delivered(await signed({}, { domain: 'example.org' }), 'b@example.org'));
    t.equal(
      rowsOf(found)['dmarc'],
      'bad: fail: neither a valid DKIM signature nor SPF is aligned with example.com, p=reject',
    );
    t.strictSame(claimsOf(found), {
      'dkim-pass': 'supports',
      'spf-pass': 'supports',
      'dmarc-policy': 'contradicts',
      'one-click-unsubscribe': 'unknown',
    });
  });

  t.test('a bounce has no sender: SPF is then of the HELO name', async (t) => {
    const found = await read(delivered(await signed({}), ''));
    t.equal(rowsOf(found)['spf'], 'bad: none: mail.example.com has no SPF record');
  });

  t.test('an old message says nothing of today', async (t) => {
    const old = await read(delivered(await signed({})), new Date('2026-12-25T12:00:00Z'));
    t.strictSame(claimsOf(old), {
      'dkim-pass': 'unknown',
      'spf-pass': 'supports',
      'dmarc-policy': 'unknown',
      'one-click-unsubscribe': 'unknown',
    });
    t.equal(old.claims[0]?.words, 'the message is of 2026-11-25; send a fresh one');
  });

  t.test('one-click unsubscribe needs both fields, https and a signature over them', async (t) => {
    const row = async (headers: Record<string, string>, change = (message: string) => message) => {
      const found = await read(change(await signed(headers)));
      return `${rowsOf(found)['one-click']} · ${claimsOf(found)['one-click-unsubscribe']}`;
    };
    t.equal(await row({}), 'note: no List-Unsubscribe field; mail to many needs one · unknown');
    t.equal(
      await row({ 'List-Unsubscribe': '<mailto:u@example.com>' }),
      'bad: no https address in List-Unsubscribe, no field “List-Unsubscribe-Post: List-Unsubscribe=One-Click” and no valid DKIM signature covers both fields · contradicts',
    );
    t.equal(
      await row({}, (message) =>
        Object.entries(UNSUBSCRIBE).reduce((text, [name, value]) => `${name}: ${value}\r\n${text}`, message),
      ),
      'bad: no valid DKIM signature covers both fields · contradicts',
    );
  });

  t.test('header fields that are missing, doubled or out of form are named', async (t) => {
    const message = await signed({});
    const rows = rowsOf(
      await read(
        message
          .replace(/^Message-ID:.*\r\n/m, 'Message-ID: none\r\nSubject: again\r\n')
          .replace(/^Date:.*\r\n/m, '')
          .replace(/^From:/m, 'From: other@example.com\r\nFrom:'),
      ),
    );
    t.equal(rows['from'], 'bad: 2 fields; one is allowed');
    t.equal(rows['date'], 'bad: missing');
    t.equal(rows['message-id'], 'bad: none: is not of the form <left@right>');
    t.equal(rows['single'], 'bad: more than once: subject');
    t.equal(rows['dmarc'], 'bad: there are several From fields');
  });

  t.test('ARC of a forwarder is checked', async (t) => {
    const message = delivered(await signed({}));
    const seal = await sealMessage(message, {
      signingDomain: 'example.org',
      selector: 's1',
      privateKey: KEY.pem,
      authResults: 'mx.example.org; dkim=pass header.d=example.com',
      cv: 'none',
    });
    t.match(rowsOf(await read(`${seal}${message}`))['arc'], /^note: pass \(i=1/);
    t.match(rowsOf(await read(`${seal}${message.replace('words', 'things')}`))['arc'], /^bad: fail: /);
    const broken = `${seal}`.replaceAll('d=example.org', 'd=broken.example');
    t.equal(rowsOf(await read(`${broken}${message}`))['arc'], 'unknown: a key could not be looked up');
  });
});

t.test('what is no message, or too large a one, is not read', async (t) => {
  const read = (text: string | Buffer) => readSample(Buffer.from(text), SUBJECT, worldOf(tableOf({}), NOW));
  for (const [given, why] of [
    ['', /not a whole message/],
    ['Hello, we are blocked', /not a whole message/],
    [Buffer.alloc(MAX_SAMPLE + 1, 0x61), /larger than 10 MB/],
    [`Subject: ${'x'.repeat(200_000)}\n\n`, /larger than 128 KB/],
    ['A: b\n'.repeat(501), /more than 500 fields/],
    [`A: b\n${' \tb\n'.repeat(2001)}\n`, /more than 2000 lines/],
    ['DKIM-Signature: v=1\n'.repeat(11), /more than 10 DKIM signatures/],
  ] as const) {
    const found = await read(given);
    t.match(found.summary, why);
    t.equal(found.outcome, 'unknown');
    t.ok(found.claims.every(({ result }) => result === 'unknown') && found.claims.length === 4);
  }
});

t.test('hostile messages are read in bounds, and never throw', async (t) => {
  let asked = 0;
  const table = tableOf({});
  const ask: Ask = (name, type) => {
    asked += 1;
    return table(name, type);
  };
  const signature = `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=<script>\u202e.example; s=s; h=${'from:'.repeat(1500)}; bh=x; b=y`;
  for (const given of [
    `${`${signature}\r\n`.repeat(10)}From: <script>alert(1)</script>\r\n\r\n${'\n'.repeat(100_000)}`,
    `From: ${'a@b.example, '.repeat(5000)}\n\n`,
    `From: ${'('.repeat(50_000)}\nDate: ${'9'.repeat(50_000)}\n\n`,
    `List-Unsubscribe: ${'<https://a'.repeat(10_000)}\nReturn-Path: ${'<'.repeat(20_000)}\n\n`,
    Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256)),
    'From: a@xn--\u00fc.example\nReturn-Path: <a@b@\u0000>\n\nx',
  ]) {
    const found = await readSample(Buffer.from(given), SUBJECT, worldOf(ask, NOW));
    for (const { key, label, words } of found.facts)
      t.ok(
        key.length < 400 && label.length < 400 && words.length < 1000 && !/[\u0000-\u001f\u202e]/.test(words),
      );
  }
  t.ok(asked < 300, `${asked} questions`);
});
