import fc from 'fast-check';
import t from 'tap';
import { onceKey } from '../../src/mail-in/once-key.ts';

const FIELDS = [
  'From: Support <support@provider.example>',
  'To: desk@example.com',
  'Subject: Re: your request',
  'Date: Tue, 10 Mar 2026 09:12:00 +0000',
  'Message-ID: <1@provider.example>',
];
const mail = (fields: string[], body = 'We lifted it.\n\nRegards\n', end = '\n') =>
  Buffer.from([...fields, '', body].join('\n').replaceAll('\n', end), 'latin1');
const key = (octets: Buffer) => onceKey(octets).toString('hex');
const KEY = key(mail(FIELDS));

t.test('what servers add on the way does not count', async (t) => {
  for (const trace of [
    'Received: from a.example by b.example; Tue, 10 Mar 2026 09:12:01 +0000',
    'Received: from a.example\n\tby b.example (Postfix)\n\tid 1; Tue, 10 Mar 2026 09:12:01 +0000',
    'Return-Path: <bounce@provider.example>',
    'Delivered-To: desk@example.com',
    'X-Original-To: desk@example.com',
    'Authentication-Results: mx.example.com; dkim=pass',
    'ARC-Seal: i=1; a=rsa-sha256',
    'ARC-Message-Signature: i=1',
    'ARC-Authentication-Results: i=1; mx.example.com',
    'DKIM-Signature: v=1; d=provider.example',
    'X-Spam-Status: No',
  ]) {
    t.equal(key(mail([trace, ...FIELDS])), KEY, trace);
    t.equal(key(mail([...FIELDS, trace])), KEY, trace);
  }
});

t.test('line ends, folding, the order of fields and empty lines at the end do not count', async (t) => {
  t.equal(key(mail(FIELDS, undefined, '\r\n')), KEY);
  t.equal(key(mail(FIELDS.toReversed())), KEY);
  t.equal(key(mail(FIELDS.map((field) => field.replace('Re: your', 'Re:\n your')))), KEY);
  t.equal(key(mail(FIELDS.map((field) => field.replace(/^[^:]+/, (name) => name.toUpperCase())))), KEY);
  t.equal(key(mail(FIELDS, 'We lifted it.\n\nRegards\n\n\n')), KEY);
  t.equal(key(mail(FIELDS, 'We lifted it.\n\nRegards')), KEY);
});

t.test('every word of the author counts', async (t) => {
  for (const [was, is] of [
    ['support@', 'other@'],
    ['desk@', 'test@'],
    ['your request', 'our request'],
    ['09:12:00', '09:12:01'],
    ['<1@', '<2@'],
  ] as const)
    t.not(key(mail(FIELDS.map((field) => field.replace(was, is)))), KEY, is);
  t.not(key(mail([...FIELDS, 'Cc: a@example.com'])), KEY);
  t.not(key(mail(FIELDS, 'We did not lift it.\n\nRegards\n')), KEY);
  t.not(key(mail(FIELDS, 'We lifted it.\n\n\nRegards\n')), KEY);
  t.not(key(mail([...FIELDS, 'Subject: another one'])), KEY);
  t.not(key(mail(FIELDS, 'We lifted it.\r\nRegards\n')), key(mail(FIELDS, 'We lifted it.\rRegards\n')));
  t.not(
    key(mail(['Message-ID: <1@provider.example>', 'To: a'])),
    key(mail(['Message-ID: <1@provider.example>', 'From: a'])),
  );
});

t.test('without Message-ID all octets count', async (t) => {
  const fields = FIELDS.filter((field) => !field.startsWith('Message-ID'));
  for (const none of [fields, [...fields, 'Message-ID:'], [...fields, 'Message-ID: \t']]) {
    t.equal(key(mail(none)), key(mail(none, undefined, '\r\n')));
    t.not(key(mail(none)), key(mail(['Received: from a.example', ...none])));
  }
  t.not(
    key(mail(['', 'Message-ID: <1@provider.example>'])),
    key(mail(['', 'Message-ID: <1@provider.example>', 'X: y'])),
  );
});

t.test('any octets have a key, which trace fields and line ends do not change', async () => {
  const octets = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(octets, (any) => {
      const body = any.toString('latin1').replaceAll('\r', '');
      return (
        onceKey(any).length === 32 &&
        key(mail(FIELDS, body)) === key(mail(['Received: x', ...FIELDS], body, '\r\n'))
      );
    }),
  );
});

t.test('a mail of 50 MB and a header without end take no more than a look at each octet', async (t) => {
  const body = Buffer.alloc(50_000_000, 'All work and no play.\r\n');
  t.equal(onceKey(Buffer.concat([mail(FIELDS, ''), body])).length, 32);
  t.equal(onceKey(Buffer.alloc(20_000_000, 'a:b\n')).length, 32);
  t.equal(onceKey(Buffer.alloc(20_000_000, ' \n')).length, 32);
});
