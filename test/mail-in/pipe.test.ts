import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { BOOTSTRAP, testDesk } from '../desk.ts';
import { freePort } from '../free-port.ts';
import { PostfixIn } from '../trial/postfix-in.ts';
import { whyNoPostfix } from '../trial/postfix-server.ts';
import { until } from './mailbox.fixture.ts';
import { mailOf } from './talk.fixture.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

t.test(
  'a Postfix that pipes an alias into the command keeps the mail while the desk is away, and delivers it later',
  { skip: whyNoPostfix() ?? false },
  async (t) => {
    const { app, db } = await testDesk(t);
    const folder = mkdtempSync(join(tmpdir(), 'delist-desk-pipe-'));
    chmodSync(folder, 0o755);
    const port = await freePort();
    const script = join(folder, 'deliver');
    writeFileSync(
      script,
      `#!/bin/sh\nDELIST_DESK_URL=http://127.0.0.1:${port} DELIST_DESK_TOKEN=${BOOTSTRAP} ` +
        `exec ${process.execPath} ${CLI} deliver --sender "$SENDER" --recipient "$ORIGINAL_RECIPIENT"\n`,
      { mode: 0o755 },
    );
    const postfix = new PostfixIn(join(folder, 'postfix'), await freePort(), {
      transport: 'discard',
      alias: script,
    });
    t.teardown(async () => {
      await postfix.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    await postfix.start();
    await postfix.submit([Buffer.from(mailOf(1))], 'desk@pipe.example.com');
    await until(t, 'it was deferred', async () => /status=deferred.*Not stored/.test(postfix.log()), 90);
    t.equal(postfix.queued(), 1);
    await app.listen({ port, host: '127.0.0.1' });
    await until(t, 'it is delivered', async () => /status=sent/.test(postfix.log()), 90);
    const rows = await db.selectFrom('arrivals').selectAll().execute();
    t.match(rows, [
      {
        way: 'pipe',
        sender: 'a@provider.example',
        envelope_sender: 'bounce@provider.example',
        envelope_recipients: ['desk@pipe.example.com'],
      },
    ]);
    t.match(rows[0]?.raw?.toString(), /^(?!From )[\s\S]*We lifted it\.\n+$/);
  },
);
