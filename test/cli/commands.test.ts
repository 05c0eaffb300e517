import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { COMMANDS, overview } from '../../src/cli/commands.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
/** Exit status, standard output and standard error. */
function desk(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
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

t.test('what is no command is bad use', async (t) => {
  t.strictSame(desk(), [2, '', overview()]);
  t.strictSame(desk('prase'), [2, '', `There is no command prase.\n\n${overview()}`]);
});
