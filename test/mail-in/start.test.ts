import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { checkMailIn, startMailIn } from '../../src/mail-in/start.ts';
import { testDesk } from '../desk.ts';
import { freePort } from '../free-port.ts';

const QUIET = pino({ level: 'silent' });

t.test(
  'SMTP without addresses would take mail for anybody: the start is refused in plain words',
  async (t) => {
    t.throws(() => checkMailIn({ smtpListen: ['0.0.0.0:25'], intakeAddresses: [] }), {
      name: 'BadSetting',
      message: /^SMTP_LISTEN="0\.0\.0\.0:25": INTAKE_ADDRESSES must name the addresses/,
    });
    checkMailIn({ smtpListen: ['0.0.0.0:25'], intakeAddresses: ['desk@example.com'] });
    checkMailIn({ smtpListen: [], intakeAddresses: [] });
  },
);

t.test('listens where it is told, on a port and a socket, also one that a killed process left', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-start-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const [path, port] = [join(folder, 'lmtp.sock'), await freePort()];
  const { desk } = await testDesk(t, { LMTP_LISTEN: `127.0.0.1:${port},${path}` });
  const greeting = (to: { path: string } | { port: number }) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', ...to } as never).on('error', reject);
      socket.once('data', (data) => {
        socket.destroy();
        resolve(data.toString());
      });
    });
  const stop = await startMailIn(desk, QUIET);
  t.match(await greeting({ path }), /^220 .* LMTP Delist Desk/);
  t.match(await greeting({ port }), /^220 /);
  await t.rejects(startMailIn(desk, QUIET), {
    name: 'BadSetting',
    message: /^LMTP_LISTEN: .* cannot be listened on \(EADDRINUSE\)/,
  });
  await stop();
  await t.rejects(greeting({ port }));
});
