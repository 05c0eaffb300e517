import t from 'tap';
import { fillFields } from '../../../src/letters/forms/form-fields.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';
import { FIELD_VALUES, type FormField } from '../../../src/providers/schema.ts';
import { bareFacts, factsWith, fullProfile, REFUSAL } from '../letters.fixture.ts';

const letter = { subject: 'Mail from 203.0.113.7 refused', body: 'Hello,\n\nwords\n' };
const field = (value: FormField['value'], changes: Partial<FormField> = {}): FormField => ({
  key: 'a-field',
  label: 'A field',
  value,
  required: true,
  ...changes,
});
const filled = (one: FormField, facts = factsWith({ profile: fullProfile })) => {
  const [result] = fillFields({ fields: [one] }, facts, letter);
  if (!result) throw new Error('one field in, none out');
  return result;
};

t.test('each kind of field is filled from what is known', async (t) => {
  const expected: Partial<Record<FormField['value'], string>> = {
    'contact-name': 'Jonas Weber',
    'contact-email': 'postmaster@harbour.example.com',
    'contact-phone': '+49 30 5550100',
    organisation: 'Harbour Hosting',
    website: 'https://harbour.example.com',
    'postal-address': 'Harbour Hosting GmbH\nKai 7\n20457 Hamburg',
    'time-zone': 'UTC',
    'recipient-domains': 'outlook.com, hotmail.com, live.com',
    'sending-domains': 'shop.example.net, tickets.example.org',
    addresses: '203.0.113.7',
    address: '203.0.113.7',
    hostname: 'web-3.harbour.example.com',
    since: '10 March 2026, 05:52 UTC',
    'error-text': REFUSAL,
    letter: 'Hello,\n\nwords',
    subject: letter.subject,
    'mail-kinds': 'only order confirmations and password resets.',
    'daily-volume': 'about 1,100',
    'opt-in': fullProfile.optIn,
    'block-code': 'S3150',
  };
  for (const [value, text] of Object.entries(expected))
    t.match(filled(field(value as FormField['value'])), { value: text, missing: false }, value);
  t.match(filled(field('fixed', { fixed: 'Delivery' })), { value: 'Delivery', missing: false });
  t.strictSame(FIELD_VALUES.filter((value) => !(value in expected)).toSorted(), [
    'asked',
    'fixed',
    'sender-kind',
  ]);
});

t.test('several values are joined as the form wants them', async (t) => {
  const facts = factsWith({ addresses: ['203.0.113.7', '203.0.113.16/28', '2001:db8::7'] });
  t.equal(
    filled(field('addresses', { separator: ';' }), facts).value,
    '203.0.113.7;203.0.113.16/28;2001:db8::7',
  );
  t.equal(
    filled(field('addresses', { separator: '\n' }), facts).value,
    '203.0.113.7\n203.0.113.16/28\n2001:db8::7',
  );
  t.equal(filled(field('address'), facts).value, '203.0.113.7', 'a form for one address gets the first');
});

t.test('what we do not know is missing, never guessed', async (t) => {
  t.match(filled(field('sender-kind', { options: ['Internet service provider', 'Company'] })), {
    value: '',
    missing: true,
  });
  t.match(filled(field('contact-phone'), bareFacts()), { value: '', missing: true });
  t.match(filled(field('error-text'), factsWith({ refusal: null })), { value: '', missing: true });
  t.match(
    filled(field('since'), factsWith({ incident: { ...factsWith().incident, firstRejectionAt: null } })),
    { value: '', missing: true },
  );
});

t.test('of a closed list, only what is on it', async (t) => {
  const options = ['outlook.com', 'hotmail.com', 'Other'];
  t.match(filled(field('recipient-domains', { options }), factsWith({ recipientDomains: ['HOTMAIL.com'] })), {
    value: 'hotmail.com',
    options,
    missing: false,
  });
  t.match(filled(field('recipient-domains', { options }), factsWith({ recipientDomains: ['live.com'] })), {
    value: '',
    missing: true,
  });
  t.match(
    filled(field('time-zone', { options: ['(UTC+01:00) Berlin', '(UTC) Coordinated Universal Time'] })),
    { value: '(UTC) Coordinated Universal Time' },
  );
  t.match(filled(field('time-zone', { options: ['Berlin'] })), { value: '', missing: true });
});

t.test('the error text fits its field, and keeps the host and time at its end', async (t) => {
  const long = `550 5.7.1 ${'many words '.repeat(200)}(S3150). [MX01.example.net 2026-03-11T06:03:07.118Z 08DE000000000001]`;
  const { value, tooLong } = filled(
    field('error-text', { maxLength: 1000 }),
    factsWith({ refusal: { text: long, at: null, codes: '' } }),
  );
  t.ok(value.length <= 1000);
  t.notOk(tooLong);
  t.match(
    value,
    /^550 5\.7\.1 many words .*… \[MX01\.example\.net 2026-03-11T06:03:07\.118Z 08DE000000000001\]$/,
  );
  t.equal(filled(field('error-text', { maxLength: 1000 })).value, REFUSAL, 'what fits is not touched');
  t.equal(
    filled(field('error-text'), factsWith({ refusal: { text: 'a\nb\nc\nd', at: null, codes: '' } })).value,
    'a\nb\nc',
    'three lines at most',
  );
  for (const maxLength of [1, 5, 40, 90])
    t.ok(
      filled(field('error-text', { maxLength }), factsWith({ refusal: { text: long, at: null, codes: '' } }))
        .value.length <= maxLength,
    );
});

t.test('a letter that is too long for its field says so and is not cut', async (t) => {
  t.match(filled(field('letter', { maxLength: 10 })), { value: 'Hello,\n\nwords', tooLong: true });
});

t.test('every route of the catalogue can be filled', async (t) => {
  for (const { key, routes } of readCatalogue().providers) {
    for (const route of routes) {
      for (const one of fillFields(route, factsWith({ profile: fullProfile }), letter)) {
        t.notMatch(one.value, /undefined|\[object/, `${key}/${route.key}/${one.key}`);
        t.equal(one.missing && one.value !== '', false);
      }
    }
  }
});

t.test('a form for one address each time gets them as steps, small ranges written out', async (t) => {
  const facts = factsWith({
    addresses: ['203.0.113.7', '203.0.113.16/30', '198.51.100.0/24', '2001:db8::7'],
  });
  const { value, steps, leftOut } = filled(field('address', { takes: ['ipv4'] }), facts);
  t.equal(value, '203.0.113.7');
  t.strictSame(steps, ['203.0.113.7', '203.0.113.16', '203.0.113.17', '203.0.113.18', '203.0.113.19']);
  t.strictSame(leftOut, ['198.51.100.0/24', '2001:db8::7'], 'what it does not take is named');
  t.strictSame(filled(field('address')).steps, [], 'one address is one submission');
});

t.test('IPv6 is given as the network that the list knows, once', async (t) => {
  const facts = factsWith({ addresses: ['2001:db8::7', '2001:db8::8', '2001:db8:0:1::9'] });
  t.strictSame(filled(field('address', { ipv6Prefix: 64, takes: ['ipv6'] }), facts).steps, [
    '2001:db8::/64',
    '2001:db8:0:1::/64',
  ]);
});

t.test('more entries than a submission takes become several', async (t) => {
  const facts = factsWith({ addresses: Array.from({ length: 100 }, (_, index) => `203.0.113.${index}`) });
  const { value, steps } = filled(field('addresses', { separator: '\n', most: 10 }), facts);
  t.equal(value.split('\n').length, 10);
  t.equal(steps.length, 10);
  t.equal(filled(field('address'), facts).steps.length, 100);
});

t.test('a text is counted as the form counts', async (t) => {
  const body = 'Grüße\n\n€';
  const count = (counts: NonNullable<FormField['counts']>) =>
    fillFields({ fields: [field('letter', { counts, maxLength: 9 })] }, factsWith(), {
      subject: '',
      body,
    })[0];
  t.match(count('characters'), { length: 8, tooLong: false });
  t.match(count('line-ends-twice'), { length: 10, tooLong: true });
  t.match(count('octets'), { length: 14, tooLong: true });
});

t.test('a letter that is too long for its field comes shortened', async (t) => {
  const body = `Hello,\n\nMail from 203.0.113.7 is refused:\n\n${REFUSAL}\n\nWhat we checked:\n\n– ${'much '.repeat(80)}\n\nPlease review it.\n\nKind regards\nJonas`;
  const [one] = fillFields({ fields: [field('letter', { maxLength: 400 })] }, factsWith(), {
    subject: '',
    body,
  });
  t.match(one, { tooLong: true, shortened: /^[\s\S]*203\.0\.113\.7[\s\S]*S3150[\s\S]*Please review it\./ });
  t.ok((one?.shortened.length ?? 999) <= 400);
  const [read] = fillFields({ fields: [field('letter', { readLength: 400 })] }, factsWith(), {
    subject: '',
    body,
  });
  t.match(read, { maxLength: null, tooLong: true });
  t.equal(read?.shortened, one?.shortened);
});
