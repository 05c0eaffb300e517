import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { COMMANDS, overview } from '../../src/cli/commands.ts';
import { inWords } from '../../src/system-words.ts';
import { freePort } from '../free-port.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
/** Exit status, standard output and standard error. */
function desk(...args: string[]) {
  return deskIn({}, ...args);
}
function deskIn(environment: Record<string, string>, ...args: string[]) {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    env,
    input: 'a password of some length\n',
  });
  return [status, stdout, stderr];
}

t.test('every command says how it is used, and stands in the overview', async (t) => {
  for (const { name, load } of COMMANDS) {
    const { run, use } = await load();
    t.type(run, 'function');
    t.ok(use.startsWith(`Use: ${name}`), name);
    t.ok(use.endsWith('\n') && !use.endsWith('\n\n'));
    t.match(overview(), new RegExp(`^  ${name} `, 'm'));
  }
});

t.test('help is no bad use, of all commands or of one', async (t) => {
  for (const all of ['help', '--help']) t.strictSame(desk(all), [0, overview(), '']);
  const { use } = (await COMMANDS.find(({ name }) => name === 'check')?.load()) ?? {};
  t.strictSame(desk('check', '--help'), [0, use, '']);
});

t.test('what could not be written was not done', { skip: !existsSync('/dev/full') }, (t) => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [CLI, 'help'], {
    encoding: 'utf8',
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  t.strictSame([status, /ENOSPC/.test(stderr)], [1, true]);
  t.end();
});

t.test('what is no command is bad use', async (t) => {
  t.strictSame(desk(), [2, '', overview()]);
  t.strictSame(desk('prase'), [2, '', `There is no command prase.\n\n${overview()}`]);
});

t.test('what stands in the way of a start is told in words, by the server as by a command', async (t) => {
  const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
  const nowhere = { DATABASE_URL: `postgres://postgres@127.0.0.1:${await freePort()}/none` };
  const unreachable =
    /^The database server at 127[.]0[.]0[.]1:\d+ cannot be reached: nothing listens there[.]/m;
  const started = (environment: Record<string, string>, ...options: string[]) => {
    const env = { ...process.env, ...environment };
    const { status, stderr } = spawnSync(process.execPath, [main, ...options], { encoding: 'utf8', env });
    return [status, stderr] as const;
  };
  t.match(deskIn(nowhere, 'migrate'), [1, '', unreachable]);
  t.match(started(nowhere), [1, unreachable]);
  const file = join(t.testdir({ file: '' }), 'file');
  const isFile = { DATABASE_URL: '', DATA_DIR: file };
  t.match(deskIn(isFile, 'migrate'), [1, '', `${file}: it is a file, and no folder.\n`]);
  t.strictSame(started(isFile), [1, `Delist Desk cannot start.\n${file}: it is a file, and no folder.\n`]);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const taken = { DATABASE_URL: '', DATA_DIR: t.testdir({}), HOST: '127.0.0.1', PORT: String(port) };
  t.match(started(taken), [1, `127.0.0.1:${port}: another process listens there already.`]);
  t.match(desk('serve', '--dmeo'), [2, '', /unknown option --dmeo/]);
  t.match(started(isFile, '--dmeo'), [1, /^--dmeo: no such option[.]/m]);
});

t.test('of a name with several addresses the first says why', async (t) => {
  const refused = { code: 'ECONNREFUSED', syscall: 'connect', address: '::1', port: 1 };
  const error = Object.assign(new AggregateError([Object.assign(new Error('x'), refused)]), refused);
  t.match(inWords(error), '::1:1 cannot be reached');
  t.equal(inWords(new Error('as it is')), 'as it is');
});

t.test('a file that cannot be had is named with the reason', async (t) => {
  const gone = join(t.testdir(), 'no', 'x');
  const words = 'there is no such file or folder.\n';
  t.strictSame(desk('parse', gone), [2, '', `parse: ${gone}: ${words}`]);
  const environment = { DATA_DIR: t.testdir({}) };
  t.equal(deskIn(environment, 'migrate')[0], 0);
  t.strictSame(deskIn(environment, 'import', gone), [1, '', `${gone}: ${words}`]);
  t.strictSame(deskIn(environment, 'export', gone), [1, '', `${gone}.part: ${words}`]);
  t.match(deskIn(environment, 'backup', gone), [1, '', `${join(gone, '..')}: ${words}`]);
});

t.test('an export says where it is, and an import what it left out and why', async (t) => {
  const folder = t.testdir({});
  const environment = { DATA_DIR: join(folder, 'data') };
  t.equal(deskIn(environment, 'migrate')[0], 0);
  const file = join(folder, 'all.jsonl');
  const [status, out] = deskIn(environment, 'export', file);
  t.strictSame([status, out], [0, `${file}: everything, ${Math.ceil(statSync(file).size / 1000)} kB.\n`]);
  t.strictSame(readdirSync(folder).sort(), ['all.jsonl', 'data']);
  t.equal(
    deskIn(environment, 'user', 'add', '--email', 'a@example.com', '--name', 'A', '--role', 'viewer')[0],
    0,
  );
  t.equal(deskIn(environment, 'export', file)[0], 0);
  const other = { DATA_DIR: join(folder, 'other') };
  t.equal(deskIn(other, 'migrate')[0], 0);
  const [brought, told] = deskIn(other, 'import', file);
  t.equal(brought, 0);
  t.match(
    told,
    /left out 1\.\nLeft out, 1: Nobody here has this address; accounts are made by an administrator\.\n$/,
  );
  t.match(deskIn(environment, 'export', '-'), [0, /^\{"record":"export".*"record":"end"[^\n]*\n$/s]);
});

t.test('what is wrong with a person or a database that is named is said', async (t) => {
  const add = (email: string, role: string) =>
    desk('user', 'add', '--email', email, '--name', 'A', '--role', role);
  t.strictSame(add('a', 'viewer'), [2, '', 'a is no mail address.\n']);
  t.strictSame(add('a@example.com', 'boss'), [
    2,
    '',
    'There is no role boss. Roles are: admin, operator, viewer.\n',
  ]);
  t.match(desk('move', 'mysql://db.example/desk'), [
    2,
    '',
    /^mysql:\/\/\S+ is no address of a PostgreSQL database\./,
  ]);
});
