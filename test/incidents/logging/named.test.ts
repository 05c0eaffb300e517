import t from 'tap';
import { namedIn } from '../../../src/incidents/logging/named.ts';
import ordinaryWords from '../../../src/incidents/logging/ordinary-words.json' with { type: 'json' };
import { providerMeant } from '../../../src/providers/choice.ts';
import { CATALOGUE, REFUSAL, signedIn, testDesk } from '../../desk.ts';

const named = (text: string) => {
  const block = namedIn(text, CATALOGUE);
  return block && [block.provider?.key ?? '', ...block.networks.map((network) => network.text)];
};

t.test('a few words name who refuses, and an address', async (t) => {
  for (const [text, expected] of [
    ['203.0.113.7', ['', '203.0.113.7']],
    ['203.0.113.7 hotmail', ['outlook-com', '203.0.113.7']],
    ['why is “203.0.113.7” blocked at Outlook?', ['outlook-com', '203.0.113.7']],
    ['[2001:db8::5], T-Online!', ['t-online', '2001:db8::5']],
    ['203.0.113.0/24 gmail', ['gmail', '203.0.113.0/24']],
    ['gmail refuses 203.0.113.7 and 203.0.113.8', ['gmail', '203.0.113.7', '203.0.113.8']],
    ['203.0.113.7 203.0.113.7', ['', '203.0.113.7']],
    ['\u202a203.0.113.7\u202c \u200bgmail', ['gmail', '203.0.113.7']],
    ['Microsoft 365 and gmail', undefined],
    ['gmail and yahoo', undefined],
    ['at 12:30:45 nothing', undefined],
    ['10.0.0.1', undefined],
    ['hello', undefined],
    ['', undefined],
    [`203.0.113.7 ${'x'.repeat(400)}`, undefined],
  ] as const)
    t.strictSame(named(text), expected, text.slice(0, 60));
});

t.test('a name that is a word as well names somebody where it stands alone', async (t) => {
  for (const [text, expected] of [
    ['203.0.113.7 Free', ['free-fr', '203.0.113.7']],
    ['DROP', ['spamhaus']],
    ['203.0.113.7 live', ['outlook-com', '203.0.113.7']],
    ['they drop our mail from 203.0.113.7', ['', '203.0.113.7']],
    ['free hosting customers on 203.0.113.7', ['', '203.0.113.7']],
    ['203.0.113.7 is live since Monday', ['', '203.0.113.7']],
    ['we aim to send', undefined],
    ['gmail drops or does not drop 203.0.113.7', ['gmail', '203.0.113.7']],
    ['blocked at live.com', ['outlook-com']],
  ] as const)
    t.strictSame(named(text), expected, text);
  for (const word of ordinaryWords) t.ok(providerMeant(word, CATALOGUE), `${word} is somebody’s name`);
});

t.test('the Log page takes a few words for what they name, and shows what there is of it', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/tickets', { reference: 'SRX1500000000ID', channel: 'form' });
  const browser = await signedIn(desk);
  const preview = async (report: string) => (await browser.post('/log/preview', { report })).body;
  const value = (page: string, name: string) =>
    new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(page)?.[1];

  const both = await preview('203.0.113.7 hotmail');
  t.strictSame(
    [value(both, 'provider'), value(both, 'addresses'), value(both, '_found_provider')],
    ['Outlook.com', '203.0.113.7', 'Outlook.com'],
  );
  t.match(both, 'What the text names stands below.');
  t.match(both, 'Named in the text.');
  t.match(both, /name="to" value="1" checked/, 'its open incident would take it');

  const address = await preview('203.0.113.7');
  t.match(address, '<a href="/addresses/203.0.113.7">');
  t.match(address, '<a href="/incidents/1">#1 ');
  t.equal(value(address, 'provider'), '');
  for (const words of ['#1', 'SRX1500000000ID', 'S3150'])
    t.match(await preview(words), '<a href="/incidents/1">#1 ', words);
  for (const words of ['198.51.100.99', '#99', 'hello', '!!!', REFUSAL, `${'x '.repeat(100)}`])
    t.notMatch(await preview(words), 'Looking for it?', words.slice(0, 60));
  t.match(await preview('hello'), 'To log it all the same, fill in provider and address');
  t.match(await preview('<script>alert(1)</script> 203.0.113.7'), '/addresses/203.0.113.7');
});

t.test('what was named is logged, and what is missing is asked for', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const { body } = await browser.post('/log', { report: '203.0.113.7', _found_addresses: '203.0.113.7' });
  t.match(body, 'The report does not say who refused; choose the provider.');
  const logged = await browser.post('/log', { report: '203.0.113.7 gmail' });
  t.equal(logged.headers.location, '/incidents/1');
  const incident = (await desk.api('GET', '/incidents/1')).body;
  t.match(incident, { provider: 'gmail', addresses: ['203.0.113.7'], rejectionCount: 0 });

  const { status } = await desk.api('POST', '/incidents', { report: '203.0.113.7 gmail' });
  t.equal(status, 422, 'a program says what it means');
});

t.test('a rejection that does not say whose it is takes the provider that is named beside it', async (t) => {
  const browser = await signedIn(await testDesk(t));
  const preview = async (report: string) => (await browser.post('/log/preview', { report })).body;
  const page = await preview('Gmail: 550 5.7.1 message from 203.0.113.7 rejected');
  t.match(page, 'value="Gmail"');
  t.match(page, 'Named in the text.');
  for (const reply of [
    '550 5.7.1 message from 203.0.113.7 rejected',
    '550 5.7.1 message from 203.0.113.7 rejected, feel free to ask us',
  ])
    t.notMatch(await preview(reply), 'Named in the text.', reply);
});
