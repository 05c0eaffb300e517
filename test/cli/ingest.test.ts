import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { fakeDesk, TOKEN } from '../agent/desk.fixture.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

const line = (id: string, code: string, status: string, reply: string) =>
  `2026-11-20T10:00:0${id.length}+00:00 mx1 postfix/smtp[42]: ${id}: to=<a@yahoo.com>, relay=mta5.am0.yahoodns.net[203.0.113.3]:25, delay=1, delays=0/0/1/0, dsn=${code}, status=${status} (${reply})\n`;

const LOG =
  line('4AB', '2.0.0', 'sent', '250 ok dirdel') +
  line('4AB1', '2.0.0', 'sent', '250 ok dirdel') +
  line(
    '4AB22',
    '4.7.0',
    'deferred',
    'host mta5.am0.yahoodns.net[203.0.113.3] said: 421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred due to unexpected volume or user complaints (in reply to MAIL FROM command)',
  ) +
  `${'\0\u00ff'.repeat(5000)}\n` +
  'not a log line\n';

async function ingest(args: string[], environment: Record<string, string>, input = '') {
  const child = spawn(process.execPath, [CLI, 'ingest', ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: environment,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [number];
  return { status, said };
}

t.test('ingest: a Postfix log comes to the desk as observations, once', async (t) => {
  const desk = await fakeDesk(t);
  const folder = t.testdir({ token: `${TOKEN}\n` });
  const log = join(folder, 'mail.log');
  writeFileSync(log, LOG);
  const args = ['--url', desk.url, '--token-file', join(folder, 'token'), '--address', '192.0.2.10'];
  const first = await ingest([...args, '--host', 'mx1.example.com', log], { HOME: folder });
  t.equal(first.status, 0, first.said);
  t.strictSame(desk.faults, []);
  t.equal(desk.total, 3);
  const [batch] = [...desk.batches.values()];
  t.equal(batch?.source, `mx1.example.com ${log}`);
  t.match(
    batch?.observations.toSorted((a, b) => a.count - b.count),
    [
      { outcome: 'deferred', provider: 'yahoo', address: '192.0.2.10', blockCode: 'TSS04', count: 1 },
      { outcome: 'accepted', provider: 'yahoo', minute: '2026-11-20T10:00Z', count: 2 },
    ],
  );
  const again = await ingest([...args, log], { HOME: folder });
  t.match(again, { status: 0, said: /No delivery is in it that was not counted before\.$/m });
  t.equal(desk.total, 3, 'the state is kept under the home folder');
});

t.test('ingest: what earlier lines say of a delivery is known after a restart', async (t) => {
  const desk = await fakeDesk(t);
  const folder = t.testdir({});
  const log = join(folder, 'current');
  const environment = { DELIST_DESK_URL: desk.url, DELIST_DESK_TOKEN: TOKEN, HOME: folder };
  const at = (second: number) => `2026-11-20 10:00:0${second}.000000000`;
  writeFileSync(log, `${at(1)} starting delivery 7: msg 42 to remote a@yahoo.com\n`);
  t.equal((await ingest([log], environment)).status, 0);
  t.equal(desk.total, 0);
  appendFileSync(
    log,
    `${at(2)} delivery 7: success: 203.0.113.3_accepted_message./Remote_host_said:_250_ok_dirdel/\n`,
  );
  const { status, said } = await ingest([log], environment);
  t.equal(status, 0, said);
  const rows = [...desk.batches.values()].flatMap((batch) => batch.observations);
  t.match(rows, [{ provider: 'yahoo', outcome: 'accepted', count: 1, domains: [{ domain: 'yahoo.com' }] }]);
});

t.test('ingest: standard input, settings from the environment', async (t) => {
  const desk = await fakeDesk(t);
  const environment = {
    DELIST_DESK_URL: `${desk.url}/`,
    DELIST_DESK_TOKEN: TOKEN,
    XDG_STATE_HOME: t.testdir({}),
  };
  const { status, said } = await ingest(['-'], environment, LOG);
  t.equal(status, 0, said);
  t.equal(desk.total, 3);
  t.strictSame(desk.faults, []);
});
