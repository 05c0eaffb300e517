import t from 'tap';
import { parseNetwork } from '../../src/addresses/address.ts';
import { eachAddress, sizeOf } from '../../src/addresses/each-address.ts';

const all = (text: string) => [...eachAddress(parseNetwork(text))];

t.test('a network’s addresses, in their order', async (t) => {
  t.strictSame(all('192.0.2.7'), ['192.0.2.7']);
  t.strictSame(all('192.0.2.252/30'), ['192.0.2.252', '192.0.2.253', '192.0.2.254', '192.0.2.255']);
  t.strictSame(all('2001:db8::fffe/127'), ['2001:db8::fffe', '2001:db8::ffff']);
  const many = all('198.51.100.0/24');
  t.equal(new Set(many).size, 256);
  const texts = all('2001:db8::/118');
  t.equal(texts.length, 1024);
  t.equal(texts[256], '2001:db8::100', 'over the end of an octet');
  t.equal(texts.at(-1), '2001:db8::3ff');
});

t.test('a network knows its size without being gone through', async (t) => {
  t.equal(sizeOf(parseNetwork('192.0.2.7')), 1);
  t.equal(sizeOf(parseNetwork('198.51.100.0/24')), 256);
  t.equal(sizeOf(parseNetwork('2001:db8::/64')), 2 ** 64);
});
