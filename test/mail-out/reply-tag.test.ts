import { randomBytes } from 'node:crypto';
import t from 'tap';
import { makeReplyTag, readReplyTag } from '../../src/mail-out/reply-tag.ts';

const secret = Buffer.from('0123456789abcdef0123456789abcdef');

t.test('a tagged address names its incident', async (t) => {
  const address = makeReplyTag(secret, 'desk@example.com', 41);
  t.match(address, /^desk\+dd41-[a-z2-7]{16}@example\.com$/);
  t.equal(readReplyTag(secret, address), 41);
  t.equal(readReplyTag(secret, address.toUpperCase()), 41, 'in capitals, as some servers write it');
  t.equal(readReplyTag(secret, ` ${address} `), 41);
});

t.test('a tag that we did not make names none', async (t) => {
  const address = makeReplyTag(secret, 'desk@example.com', 41);
  for (const forged of [
    address.replace('dd41', 'dd42'),
    address.replace(/.@/, (last) => (last === 'a@' ? 'b@' : 'a@')),
    address.replace('@', 'a@'),
    address.replace(/-.*@/, '-@'),
    makeReplyTag(randomBytes(32), 'desk@example.com', 41),
    'desk@example.com',
    'desk+dd0-aaaaaaaaaaaaaaaa@example.com',
    `${'+dd41-'.repeat(500)}@example.com`,
    '',
  ])
    t.equal(readReplyTag(secret, forged), undefined, forged.slice(0, 80));
});

t.test('every incident has a tag of its own, of every character evenly', async (t) => {
  const tags = Array.from({ length: 2000 }, (_, n) => makeReplyTag(secret, 'd@example.com', n + 1));
  const macs = tags.map((one) => one.slice(one.indexOf('-') + 1, one.indexOf('@')));
  t.equal(new Set(macs).size, macs.length);
  t.equal(new Set(macs.join('')).size, 32);
});
