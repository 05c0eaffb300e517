import t from 'tap';
import { readReply } from '../../src/bounces/reply-code.ts';
import { type Catalogue, readCatalogue } from '../../src/providers/catalogue.ts';
import { recognise } from '../../src/providers/match.ts';
import type { Provider, RejectionRule } from '../../src/providers/schema.ts';

const catalogue = readCatalogue();

const ask = (
  text: string,
  from: { host?: string; recipientDomain?: string; atConnect?: boolean } = {},
  known: Catalogue = catalogue,
) => recognise({ ...readReply(text), host: null, recipientDomain: null, ...from }, known);

t.test('a code token in the text names the provider without anything else', (t) => {
  t.match(ask('553 5.7.2 [TSS09] All messages from 192.0.2.10 will be permanently deferred'), {
    provider: 'yahoo',
    providerBasis: 'text',
    blockCode: 'TSS09',
  });
  t.match(
    ask('550 5.7.1 Unfortunately, messages from [192.0.2.10] weren’t sent. On our block list (S3150).'),
    { provider: 'outlook-com', blockCode: 'S3150', reason: 'ip-reputation' },
  );
  t.end();
});

t.test('a host names the provider where the words do not', (t) => {
  t.match(ask('550 5.7.1 refused by policy', { host: 'gmail-smtp-in.l.google.com' }), {
    provider: 'gmail',
    providerBasis: 'host',
    rule: 'generic/policy',
  });
  t.match(ask('550 5.7.1 refused by policy', { host: 'MX00.T-Online.de.' }), { provider: 't-online' });
  t.match(ask('550 5.7.1 refused by policy', { recipientDomain: 'gmx.at' }), {
    provider: 'gmx',
    providerBasis: 'recipient',
  });
  t.match(ask('550 5.7.1 refused by policy', { host: 'mx.example.net' }), {
    provider: null,
    providerBasis: 'generic',
  });
  t.end();
});

t.test('services of one operator share their words: the host tells them apart', (t) => {
  const text = '550 5.7.1 Service unavailable, Client host [192.0.2.10] blocked using Spamhaus. (AS16012611)';
  t.match(ask(text, { host: 'outlook-com.olc.protection.outlook.com' }), {
    provider: 'outlook-com',
    listOwner: 'spamhaus',
    blockCode: 'AS16012611',
  });
  t.match(ask(text, { host: 'example-com.mail.protection.outlook.com' }), {
    provider: 'microsoft-365',
    listOwner: 'spamhaus',
  });
  t.end();
});

t.test('a role mailbox in the reply is its provider’s desk; any other address names nobody', (t) => {
  t.match(ask('554 5.7.1 192.0.2.10 refused, write to postmaster@rx.t-online.de'), { provider: 't-online' });
  t.match(ask('550 5.7.1 not accepted, contact unblock@charter.net'), { provider: 'spectrum' });
  for (const text of [
    '550 5.7.1 <anna@gmail.com>: Sender address rejected',
    '550 5.7.1 refused, contact joe.admin@gmail.com',
    '554 5.7.1 refused, write to postmaster@example.net',
  ])
    t.equal(ask(text).provider, null, text);
  t.equal(
    ask('554 5.7.1 refused, write to abuse@gmx.net', { host: 'mx.yandex.ru' }).provider,
    'yandex',
    'the host says more',
  );
  t.end();
});

t.test('words that many receivers use name none of them', (t) => {
  for (const text of [
    '550 5.7.1 Client host [192.0.2.10] blocked using Spamhaus',
    '550 5.7.23 The message was rejected because of Sender Policy Framework violation',
    '550 The server has detected that this message is not RFC 5322 compliant',
  ])
    t.equal(ask(text).provider, null, text);
  t.end();
});

t.test('what only one service of an operator says is its own, whoever the recipient is', (t) => {
  const said =
    "550 5.7.515 Access denied, sending domain EXAMPLE.COM doesn't meet the required authentication level";
  t.equal(ask(said, { recipientDomain: 'example.onmicrosoft.com' }).provider, 'outlook-com');
  const shared =
    "550 5.7.1 Unfortunately, messages from [192.0.2.10] weren't sent. On our block list (S3150).";
  t.equal(ask(shared, { recipientDomain: 'example.onmicrosoft.com' }).provider, 'microsoft-365');
  t.end();
});

t.test('a vendor that many receivers use does not hide a receiver that is known', (t) => {
  const text = '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10';
  t.match(ask(text, { host: 'mx01.mail.icloud.com' }), {
    provider: 'icloud',
    reason: 'listed-on-third-party-list',
    listName: 'Proofpoint',
    listOwner: 'proofpoint',
  });
  t.match(ask('554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10'), {
    provider: 'proofpoint',
    reason: 'ip-reputation',
  });
  t.end();
});

t.test('only a list is named: there is no provider, but the owner of the list', (t) => {
  const text = '554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using zen.spamhaus.org';
  t.match(ask(text), {
    provider: null,
    providerBasis: 'list',
    listName: 'Spamhaus ZEN',
    listOwner: 'spamhaus',
    reason: 'listed-on-third-party-list',
  });
  t.match(ask('550 refused, see https://www.spamcop.net/bl.shtml?192.0.2.10'), {
    provider: null,
    listOwner: 'spamcop',
  });
  t.match(ask('550 5.7.1 192.0.2.10 is listed at dnsbl-1.uceprotect.net'), {
    provider: null,
    listName: 'UCEPROTECT Level 1',
    listOwner: 'uceprotect',
  });
  t.end();
});

t.test('who refused and whose list are two questions', (t) => {
  const text = '550 5.7.1 Client host [192.0.2.10] refused, listed at dnsbl-1.uceprotect.net';
  t.match(ask(text, { host: 'mx00.t-online.de' }), {
    provider: 't-online',
    reason: 'listed-on-third-party-list',
    listName: 'UCEPROTECT Level 1',
    listOwner: 'uceprotect',
  });
  t.match(ask('550 5.7.1 192.0.2.10 is listed at dnsbl.sorbs.net'), {
    provider: null,
    listName: 'SORBS (ended 2024)',
    listOwner: null,
  });
  t.end();
});

t.test('traps: what sounds like a block and is none', (t) => {
  for (const text of [
    '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)',
    '550 5.1.1 The email account that you tried to reach does not exist. - gsmtp',
    '452 4.2.2 The mailbox is full',
    '450 4.7.1 Greylisted, try again in 300 seconds',
    '554 5.7.1 <a@example.com>: Relay access denied',
    '552 5.3.4 Message size exceeds fixed limit',
    '550 5.1.1 something in a language that nobody knows',
    '421 4.4.2 closing',
  ]) {
    t.equal(ask(text).reason, 'not-a-block', text);
  }
  t.end();
});

t.test('whose address is refused is no refused sender, no banned file and no missing recipient', (t) => {
  for (const text of [
    '550 Absender-IP 203.0.113.7 gesperrt',
    '550 IP do remetente bloqueado',
    '554 5.7.1 IP banned: 203.0.113.7',
    '550 We cannot receive mail from 203.0.113.7: blacklisted',
  ])
    t.match(ask(text), { reason: 'ip-reputation' }, text);
  t.match(ask('550 PTR record missing from DNS'), { reason: 'missing-ptr' });
  t.end();
});

t.test('without known words the codes decide, and a refused greeting is about the address', (t) => {
  t.equal(ask('550 5.7.26 xyzzy').reason, 'authentication');
  t.equal(ask('550 5.7.25 xyzzy').reason, 'missing-ptr');
  t.equal(ask('554 xyzzy', { atConnect: true }).reason, 'ip-reputation');
  t.equal(ask('554 xyzzy').reason, null, 'nothing is guessed');
  t.end();
});

const rule = (
  id: string,
  match: RejectionRule['match'],
  more: Partial<RejectionRule> = {},
): RejectionRule => ({
  id,
  match,
  identifies: true,
  reason: 'policy',
  meaning: 'test',
  examples: ['550 test'],
  source: 'test',
  verified: true,
  ...more,
});

function withRules(rejections: RejectionRule[], generic: RejectionRule[] = []): Catalogue {
  const [first] = catalogue.providers;
  const provider: Provider = {
    ...(first as Provider),
    key: 'example',
    kind: 'mailbox-provider',
    hosts: ['*.example.org'],
    domains: [],
    lists: [],
    codes: [],
    rejections,
  };
  return {
    ...catalogue,
    providers: [provider],
    byKey: new Map([['example', provider]]),
    generic,
    lists: [],
    genericCodes: [],
  };
}

t.test('the provider’s own rule comes before a generic one, and more words before fewer', (t) => {
  const known = withRules(
    [rule('short', { all: ['go away'] }), rule('long', { all: ['go away', 'for ever'] })],
    [rule('generic', { all: ['go away and never come back for ever'] })],
  );
  t.equal(ask('550 go away and never come back for ever', {}, known).rule, 'example/long');
  t.equal(ask('550 please go away', {}, known).rule, 'example/short');
  t.end();
});

t.test('a cause outweighs longer words that only frame the refusal', (t) => {
  const reason = (text: string) => ask(text).reason;
  t.equal(reason('550 5.7.1 Access denied by local rules, 192.0.2.10 is on our blacklist'), 'ip-reputation');
  t.equal(reason('554 5.7.1 Sender address rejected: not authorized, too many messages'), 'rate-limit');
  t.equal(reason('554 5.7.1 Access denied by local rules'), 'policy');
  t.equal(reason('421 4.7.0 Connection refused, too many sessions from your server'), 'rate-limit');
  t.equal(reason('550 192.0.2.10 is blacklisted here: retry timeout exceeded'), 'ip-reputation');
  t.equal(reason('451 4.7.1 Access denied, please try again later'), 'policy');
  t.equal(reason('451 4.7.1 Please try again later'), 'not-a-block', 'as greylisting says it');
  t.equal(reason('550 5.7.1 Access denied, no such recipient'), 'not-a-block');
  t.end();
});

t.test('equal words: the first in the file', (t) => {
  const known = withRules([rule('first', { all: ['go away'] }), rule('second', { all: ['go away'] })]);
  t.equal(ask('550 go away', {}, known).rule, 'example/first');
  t.end();
});

t.test('a rule with a block code comes before longer sentences', (t) => {
  const known = withRules([
    rule('sentence', { all: ['this is a rather long sentence'] }),
    rule('code', { pattern: '\\b(?<code>ZZ\\d\\d)\\b' }),
  ]);
  t.match(ask('550 this is a rather long sentence ZZ42', {}, known), {
    rule: 'example/code',
    blockCode: 'ZZ42',
  });
  t.end();
});

t.test('words that do not identify count only where the host is known', (t) => {
  const known = withRules([rule('shy', { all: ['go away'] }, { identifies: false })]);
  t.match(ask('550 go away', {}, known), { provider: null, rule: null });
  t.match(ask('550 go away', { host: 'mx.example.org' }, known), {
    provider: 'example',
    rule: 'example/shy',
  });
  t.end();
});

t.test('all conditions of a match must hold', (t) => {
  const known = withRules([
    rule('all', {
      all: ['go away'],
      any: ['now', 'soon'],
      none: ['please'],
      replyCodes: [550],
      enhancedCodes: ['5.7.1'],
    }),
  ]);
  t.equal(ask('550 5.7.1 GO   Away now', {}, known).rule, 'example/all');
  t.equal(ask('550 5.7.1 go away', {}, known).rule, null);
  t.equal(ask('550 5.7.1 go away now please', {}, known).rule, null);
  t.equal(ask('554 5.7.1 go away now', {}, known).rule, null);
  t.equal(ask('550 5.7.2 go away now', {}, known).rule, null);
  t.end();
});

t.test('a rule may overrule what the reply code says of permanence', (t) => {
  const known = withRules([rule('held', { all: ['go away'] }, { temporary: true })]);
  t.equal(ask('550 go away', {}, known).temporary, true);
  t.end();
});

t.test('long and hostile texts come back', (t) => {
  for (const text of [
    'a '.repeat(100_000),
    '550-'.repeat(100_000),
    '['.repeat(100_000),
    'a.'.repeat(100_000),
    `550 ${'x'.repeat(500_000)}`,
  ]) {
    t.type(ask(text), 'object');
  }
  t.end();
});

t.test('two providers without an operator are not one operator’s', (t) => {
  const known = withRules([rule('own', { all: ['go away'] })]);
  const [example] = known.providers;
  if (!example) throw new Error('no provider');
  const bare = { ...example, key: 'bare', hosts: ['*.example.net'], rejections: [] };
  for (const provider of [example, bare]) delete provider.operator;
  const both = {
    ...known,
    providers: [example, bare],
    byKey: new Map([
      ['example', example],
      ['bare', bare],
    ]),
  };
  t.match(ask('550 go away', { host: 'mx.example.net' }, both), {
    provider: 'example',
    providerBasis: 'text',
  });
  t.end();
});
