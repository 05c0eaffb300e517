import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import { addAccount } from '../../src/mail-out/accounts.ts';
import { openSecrets } from '../../src/secrets/secrets.ts';
import { startServer } from '../bench/server.ts';
import { BOOTSTRAP, PROFILE, REFUSAL } from '../desk.ts';
import { ownServer } from '../own-server.ts';
import { apiOf } from '../trial/desk.ts';
import { ACCOUNT, TO } from './mail-out.fixture.ts';
import { FakeSmtp, type Step } from './smtp.fixture.ts';

type Letter = { id: number; mail: { state: string } };
const PATIENCE_MS = 120_000;

t.test(
  'threat 37: kill -9 while mail is sent: retried before the server hears of it, uncertain after, never twice',
  async (t) => {
    const { dataDir, databaseUrl, environment } = await ownServer(t);
    const smtp = await FakeSmtp.start(t);
    const database = await openDatabase({ dataDir, databaseUrl });
    await migrate(database.db as never);
    const secrets = openSecrets({ dataDir, secretKey: undefined, secretKeyFile: undefined });
    await database.db
      .transaction()
      .execute((trx) => addAccount(trx, secrets, { ...ACCOUNT, port: smtp.port }));
    await database.close();

    let server = await startServer(['src/main.js'], environment);
    t.teardown(() => server.stop('SIGKILL'));
    const api = apiOf(server.url, BOOTSTRAP);
    await api('PUT', '/profile', PROFILE);
    const { number } = await api<{ number: number }>('POST', '/incidents', { report: REFUSAL });

    /** Sends a letter, kills the server at a step of the dialogue, starts it again and waits for a state. */
    async function killAt(step: 'auth' | 'data' | 'end', good: string, until: string): Promise<void> {
      const letter = await api<Letter>('POST', `/incidents/${number}/letters`, {
        template: 'outlook-com/first',
        language: 'en',
      });
      let dead: () => void = () => {};
      const killed = new Promise<void>((resolve) => {
        dead = resolve;
      });
      const kill: Step = (socket) => {
        // Only the first that comes here; the step is good again for the next process.
        smtp.script = {};
        void server.stop('SIGKILL').then(() => {
          socket.write(`${good}\r\n`);
          dead();
        });
      };
      smtp.script = { [step]: kill };
      const { findings } = await api<{ findings: { key: string; level: string }[] }>(
        'GET',
        `/letters/${letter.id}`,
      );
      const stops = findings.filter((one) => one.level === 'stop');
      const overrides = stops.map(({ key }) => ({ finding: key, reason: 'one of several' }));
      await api('PATCH', `/letters/${letter.id}`, { overrides });
      // The worker may be quicker than the answer: then the process dies before it gave one.
      await api('POST', `/letters/${letter.id}/send`, { channel: 'email', deliver: true, to: TO }).catch(
        (error: Error) => {
          if (error.message !== 'fetch failed') throw error;
        },
      );
      await killed;
      server = await startServer(['src/main.js'], environment);
      for (const began = Date.now(); ; ) {
        const { mail } = await api<Letter>('GET', `/letters/${letter.id}`);
        if (mail.state === until) break;
        if (Date.now() - began > PATIENCE_MS) throw new Error(`${step}: still ${mail.state}`);
        await setTimeout(200);
      }
    }

    await killAt('auth', '235 ok', 'sent');
    t.equal(smtp.messages.length, 1, 'killed while logging in: sent after the restart');
    await killAt('end', '250 ok', 'delivered-unknown');
    t.equal(smtp.messages.length, 2, 'killed between the last dot and our commit: the server has it once');
    await killAt('data', '354 ok', 'delivered-unknown');
    await setTimeout(3000);
    t.equal(smtp.messages.length, 2, 'and nothing is sent again by itself');
    const incident = await api<{ state: string; nextAction: unknown }>('GET', `/incidents/${number}`);
    t.equal(incident.state, 'action-needed');
    t.match(JSON.stringify(incident.nextAction), /whether the mail arrived/);
  },
);
