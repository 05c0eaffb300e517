import t from 'tap';
import { Attempts, MOST_PAGES, MOST_WRONG } from '../../src/sharing/attempts.ts';

t.test('a client that asks for many wrong links waits, and others do not', async (t) => {
  const attempts = new Attempts();
  for (let n = 0; n <= MOST_WRONG; n += 1) {
    t.ok(attempts.mayAsk('192.0.2.1', n));
    attempts.noteWrong('192.0.2.1', n);
  }
  t.notOk(attempts.mayAsk('192.0.2.1', 100));
  t.ok(attempts.mayAsk('192.0.2.2', 100));
  t.ok(attempts.mayAsk('192.0.2.1', 10 * 60_000), 'ten minutes later it may ask again');
});

t.test('right links have a limit too, and a network of IPv6 is one client', async (t) => {
  const attempts = new Attempts();
  for (let n = 0; n < MOST_PAGES; n += 1) t.ok(attempts.mayAsk(`2001:db8::${n.toString(16)}`, n));
  t.notOk(attempts.mayAsk('2001:db8::ffff', 999));
  t.ok(attempts.mayAsk('2001:db8:0:1::1', 999));
});
