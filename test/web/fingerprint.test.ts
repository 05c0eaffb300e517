import { randomUUID } from 'node:crypto';
import t from 'tap';
import { fingerprintOf } from '../../src/web/fingerprint.ts';
import { postParts } from '../bad-input/bad-input.fixture.ts';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

const told = (input: unknown, what = 'log') => fingerprintOf(what, input).toString('hex');

t.test('the same is the same, and what differs anywhere is another', async (t) => {
  const file = (text: string) => ({ note: 'x', files: [Buffer.from(text)] });
  t.equal(told(file('abc')), told(file('abc')));
  t.equal(told({ file: new Uint8Array([97]) }), told({ file: Buffer.from('a') }));
  const others = [
    told(file('abc')),
    told(file('abd')),
    told(file('')),
    told({ ...file('abc'), note: 'y' }),
    told(file('abc'), 'take complaints'),
    told(Buffer.from('abc')),
    told('abc'),
    told(undefined),
    told(null),
    told([]),
    told({ at: new Date(0) }),
    told({ at: new Date(1) }),
  ];
  t.equal(new Set(others).size, others.length);
});

t.test('what has no octets is told as it was before octets were hashed', async (t) => {
  t.equal(
    told({ provider: 'Outlook.com', tags: ['a', 'b'], none: undefined, nothing: null }),
    '4b88fa653a1c28b0d160b3b5331d93cb8da6a4683619e63aa97710cf4419669c',
  );
});

/** Octets that nobody may write out as JSON or text. */
function unwritten(text: string): Buffer {
  const never = () => {
    throw new Error('a large file is written out');
  };
  return Object.assign(Buffer.from(text), { toJSON: never, toString: never });
}

t.test('octets are hashed, not written out', async (t) => {
  t.equal(told({ raw: unwritten('abc') }), told({ raw: Buffer.from('abc') }));
});

t.test('a form with a file is done once; with another file it is another form', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/log');
  const key = randomUUID();
  const send = (value: string) =>
    postParts(browser, '/log', [
      { name: '_once', value: key },
      { name: 'file', value, file: 'bounce.txt', type: 'text/plain' },
    ]);
  t.equal((await send(REFUSAL)).headers['location'], '/incidents/1');
  t.equal((await send(REFUSAL)).headers['location'], '/incidents/1');
  t.equal((await send(REFUSAL.replace('203.0.113.7', '203.0.113.8'))).statusCode, 422);
  t.equal((await desk.db.selectFrom('incidents').select('number').execute()).length, 1);
});
