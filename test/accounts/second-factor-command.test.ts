import t from 'tap';
import { secondFactorCommand } from '../../src/cli/second-factor.ts';
import { signedIn, testDesk } from '../desk.ts';
import { withApp } from './second-factor.fixture.ts';

t.test('somebody who is locked out is let in again by the command line', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'admin');
  const { email } = await withApp(desk);
  const run = async (...args: string[]) => {
    let said = '';
    const write = (text: string) => {
      said += text;
    };
    const io = { stdin: process.stdin as AsyncIterable<Uint8Array>, stdout: { write }, stderr: { write } };
    return { status: await secondFactorCommand(args, io, (work) => work(desk.db)), said };
  };
  t.match(await run('remove'), { status: 2, said: /^Use: second-factor remove/ });
  t.match(await run('remove', '--email', 'b@example.com'), { status: 1, said: /Nobody has the address/ });
  const removed = await run('remove', '--email', email.toUpperCase());
  t.match(removed, { status: 0, said: /The admin signs in with the password alone/ });
  t.equal((await browser.get('/')).statusCode, 303, 'their sessions have ended');
  await browser.signIn(email);
  t.equal((await browser.get('/')).statusCode, 200);
  t.match(await run('remove', '--email', email), { status: 0, said: /has no second factor/ });
});
