import { createHmac } from 'node:crypto';
import t from 'tap';
import { isSecret, newMessageId, newSecret, sign, signedHeaders } from '../../src/webhooks/signature.ts';

t.test('a signature is that of Standard Webhooks, and one more for each secret', async (t) => {
  const body = Buffer.from('{"test": 2432232314}');
  // The published test vector.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', seconds: 1_614_265_330, body };
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
  t.equal(sign([secret], message), signature);
  const other = newSecret();
  const [first, second] = sign([other, secret], message).split(' ');
  t.equal(second, signature);
  const key = Buffer.from(other.slice('whsec_'.length), 'base64');
  const signed = `${message.id}.${message.seconds}.${body}`;
  t.equal(first, `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  t.notOk('webhook-signature' in signedHeaders([], message), 'without a secret there is none');
});

t.test('a secret has 24 to 64 octets; an id has no full stop', async (t) => {
  t.ok(isSecret(newSecret()));
  t.not(newSecret(), newSecret());
  for (const octets of [24, 64])
    t.ok(isSecret(`whsec_${Buffer.alloc(octets, 9).toString('base64')}`), `${octets}`);
  for (const wrong of [
    '',
    'a password',
    'whsec_',
    'whsec_!!',
    `whsec_${Buffer.alloc(23, 9).toString('base64')}`,
    `whsec_${Buffer.alloc(65, 9).toString('base64')}`,
  ])
    t.notOk(isSecret(wrong), wrong);
  t.match(newMessageId(), /^msg_[0-9a-f]{32}$/);
});
