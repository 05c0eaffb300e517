import { join } from 'node:path';
import t from 'tap';
import { addUser } from '../../src/accounts/store.ts';
import { withDatabase } from '../../src/cli/database.ts';
import { secondFactorCommand } from '../../src/cli/second-factor.ts';
import { PASSWORD } from '../desk.ts';
import { appOf } from './second-factor.fixture.ts';

t.test('somebody who is locked out is let in again by the command line', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  t.intercept(process, 'env', {
    value: {
      ...process.env,
      DATA_DIR: dataDir,
      DATABASE_URL: '',
      SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
  });
  await withDatabase(async (db) => {
    const id = await addUser(db, { email: 'a@example.com', name: 'Ada', role: 'admin', password: PASSWORD });
    await appOf({ db }, id);
  });
  const run = async (...args: string[]) => {
    let said = '';
    const write = (text: string) => {
      said += text;
    };
    const io = { stdin: process.stdin as AsyncIterable<Uint8Array>, stdout: { write }, stderr: { write } };
    return { status: await secondFactorCommand(args, io), said };
  };
  t.match(await run('remove'), { status: 2, said: /^Use: second-factor remove/ });
  t.match(await run('remove', '--email', 'b@example.com'), { status: 1, said: /Nobody has the address/ });
  t.match(await run('remove', '--email', 'A@example.com'), {
    status: 0,
    said: /Ada signs in with the password alone/,
  });
  t.match(await run('remove', '--email', 'a@example.com'), { status: 0, said: /Ada has no second factor/ });
});
