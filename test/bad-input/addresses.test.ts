import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';
import { nothingWritten, plainOf, refusedJson, refusedPage, rowsWritten } from './bad-input.fixture.ts';

const WRONG: { address: string; says: RegExp }[] = [
  { address: '999.1.1.1', says: /999\.1\.1\.1 is not an IP address: 999 is more than 255/ },
  { address: '203.0.113.0/33', says: /\/33 is longer than an address; the longest is \/32/ },
  { address: '203.0.113.7/24', says: /names one address inside a range; the range is 203\.0\.113\.0\/24/ },
  { address: '10.1.2.3', says: /10\.1\.2\.3 is a private address.*give the public one/ },
  { address: '192.168.0.0/16', says: /is a private address.*give the public one/ },
  { address: 'fd00::1', says: /is a private address.*give the public one/ },
  { address: '127.0.0.1', says: /is the loopback address/ },
  { address: '::1', says: /is the loopback address/ },
  { address: '169.254.1.1', says: /is a link-local address/ },
  { address: 'fe80::1%eth0', says: /zone|link-local|not an IP address/ },
  { address: '100.64.0.1', says: /carrier-grade NAT.*give the public one/ },
  { address: '0.0.0.0', says: /unspecified/ },
  { address: '255.255.255.255', says: /broadcast/ },
  { address: '224.0.0.1', says: /multicast/ },
  { address: '240.0.0.1', says: /reserved/ },
  { address: '203.0.113.07', says: /without leading zeros/ },
  { address: '0xCB007107', says: /is not an IP address/ },
  { address: '3405803783', says: /is not an IP address/ },
  { address: '203.0.113.7/', says: /what follows the slash must be a number from 0 to 32/ },
  { address: '203.0.113.7/32/32', says: /is not an IP address or CIDR range/ },
  { address: '0.0.0.0/0', says: /unspecified|too large a range/ },
  { address: 'mail.example.com', says: /is not an IP address or CIDR range/ },
  { address: "203.0.113.7'; drop table addresses; --", says: /is not an IP address/ },
];

t.test('an address that is none is refused with what is wrong with it', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/addresses/new');
  for (const { address, says } of WRONG) {
    const page = await nothingWritten(t, desk.db, address, () =>
      browser.post('/addresses', { address, label: 'the shop’s', notes: 'Typed in full.' }),
    );
    refusedPage(t, page, { status: 422, says, what: address, keeps: 'Typed in full.' });
    t.match(page.body, 'value="the shop’s"', address);
    const logged = await nothingWritten(t, desk.db, address, () =>
      browser.post('/log', { report: REFUSAL, addresses: address, note: 'Typed in full.' }),
    );
    refusedPage(t, logged, { status: 422, says, what: `${address}, logging`, keeps: 'Typed in full.' });
    t.match(plainOf(logged.body), "weren't sent", `${address}: the report is still there`);
    const answer = await nothingWritten(t, desk.db, address, () =>
      desk.api('POST', '/incidents', { report: REFUSAL, addresses: [address] }),
    );
    refusedJson(t, answer, { status: 422, says, what: address });
    t.match(answer.body, { fields: { addresses: says } }, `${address}: says in which field`);
  }
});

t.test('IPv4 written in IPv6 is the IPv4 address', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/addresses/new');
  t.equal(
    (await browser.post('/addresses', { address: '::ffff:203.0.113.7' })).headers.location,
    '/addresses/203.0.113.7',
  );
  const page = await nothingWritten(t, desk.db, 'again', () =>
    browser.post('/addresses', { address: '203.0.113.7' }),
  );
  refusedPage(t, page, { status: 422, says: /already/, what: 'again' });
});

t.test('a thousand addresses in one field are all taken or none, and the answer says which', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/log');
  const many = Array.from({ length: 1000 }, (_, at) => `2001:db8::${(at + 1).toString(16)}`);
  const one = await nothingWritten(t, desk.db, 'one wrong among them', () =>
    browser.post('/log', {
      report: REFUSAL,
      provider: 'outlook-com',
      addresses: [...many, '999.1.1.1'].join(' '),
    }),
  );
  refusedPage(t, one, {
    status: 422,
    says: /999\.1\.1\.1 is not an IP address/,
    what: 'one wrong among 1,000',
  });
  t.match(one.body, '2001:db8::3e8', 'all of them are still there');
  const page = await browser.post('/log', { report: REFUSAL, addresses: many.join(', ') });
  t.equal(page.statusCode, 303);
  t.equal((await desk.db.selectFrom('incident_addresses').selectAll().execute()).length, 1000);
  for (const url of [
    '/',
    '/incidents',
    '/incidents/1',
    '/incidents/1/dossier',
    '/addresses',
    '/incidents/1/edit',
  ])
    t.equal((await browser.get(url)).statusCode, 200, url);
  const answer = await nothingWritten(t, desk.db, 'API', () =>
    desk.api('POST', '/incidents', { report: REFUSAL, addresses: many }),
  );
  refusedJson(t, answer, { status: 422, says: /addresses .*256/, what: 'more than 256 over the API' });
  const blanks = await rowsWritten(desk.db, () =>
    desk.api('POST', '/incidents', {
      report: REFUSAL,
      provider: 'gmail',
      addresses: [' 198.51.100.1 ', '198.51.100.1'],
    }),
  );
  t.match(blanks, { incidents: 1, addresses: 1 }, 'the same one twice is one');
});

t.test('an address that nobody added is not found, however it is written', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  for (const address of [
    '203.0.113.9',
    '999.1.1.1',
    '10.0.0.1',
    '%00',
    'x/edit',
    '..%2f..%2fetc',
    "'%20or%201=1",
  ]) {
    const page = await browser.get(`/addresses/${address}`);
    t.ok([404, 422, 400].includes(page.statusCode), `${address}: ${page.statusCode}`);
    const answer = await desk.api('GET', `/addresses/${address}`);
    t.ok([404, 422, 400].includes(answer.status), `${address}: ${answer.status}`);
    t.match(answer.headers['content-type'], 'application/problem+json', address);
  }
});
