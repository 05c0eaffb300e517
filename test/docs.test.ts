import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import t from 'tap';
import { COMMANDS } from '../src/cli/commands.ts';
import { METRICS } from '../src/metrics/list.ts';
import { PROBLEMS } from '../src/web/problems.ts';

/** What src/docs says in tables, held to the code. */

const ROOT = new URL('..', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const sectionOf = (text: string, title: string) =>
  (text.split(new RegExp(`^##+ ${title}$`, 'm'))[1] ?? '').split(/^##+ /m)[0] ?? '';

/** Rows of a section's table whose first cell is code, as cells. */
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\| `.*\|$/gm)].map(([line]) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
const plain = (cell = '') => cell.replaceAll('`', '');

t.test('src/docs/errors.md has every problem with its status, its meaning and what to do', async (t) => {
  const rows = rowsOf(sectionOf(read('src/docs/errors.md'), 'Problems'));
  t.strictSame(
    Object.fromEntries(rows.map(([name, status, title, todo]) => [plain(name), { status, title, todo }])),
    Object.fromEntries(
      Object.entries(PROBLEMS).map(([name, { status, title, todo }]) => [
        name,
        { status: String(status), title, todo },
      ]),
    ),
  );
});

t.test('src/docs/errors.md has whatever keeps it from starting', async (t) => {
  const rows = rowsOf(sectionOf(read('src/docs/errors.md'), 'What keeps it from starting'));
  const [, listed = ''] = /expected = \[([^\]]*)\]/.exec(read('src/main.js')) ?? [];
  const names = [...listed.matchAll(/'(\w+)'/g)].map(([, name]) => name);
  t.ok(names.length >= 6);
  t.strictSame(rows.map(([name]) => plain(name)).sort(), names.sort());
});

t.test('src/docs/errors.md has every command with the exit codes that its code has', async (t) => {
  const rows = new Map(
    rowsOf(sectionOf(read('src/docs/errors.md'), 'Exit status of commands')).map(([name, codes = '']) => [
      plain(name),
      [...codes.matchAll(/\b(\d+) [a-z]/g)].map(([, code]) => Number(code)),
    ]),
  );
  const commands = COMMANDS.map(({ name }) => name);
  t.strictSame([...rows.keys()].sort(), [...commands, 'help'].sort());
  for (const command of commands) {
    const source = read(`src/cli/${command}.ts`);
    const codes = [...source.matchAll(/\breturn (?:[^;\n]*\? )?(\d+)(?: : (\d+))?;/g)].flatMap(
      ([, one, other]) => (other === undefined ? [Number(one)] : [Number(one), Number(other)]),
    );
    const shared = ['user', 'token', 'migrate'].includes(command);
    for (const code of new Set(codes))
      if (!shared || code !== 1) t.ok(rows.get(command)?.includes(code), `${command} may end with ${code}`);
  }
  t.strictSame(rows.get('deliver'), [0, 64, 65, 75]);
});

t.test('src/docs/metrics.md lists every metric, and no other', async (t) => {
  const rows = rowsOf(read('src/docs/metrics.md'));
  t.strictSame(
    Object.fromEntries(
      rows.map(([name, kind, labels = '', help]) => [
        plain(name),
        { kind, labels: labels ? labels.split(', ').map(plain) : [], help },
      ]),
    ),
    METRICS,
  );
});

t.test('src/docs/logs.md names every field that is logged', async (t) => {
  const known = rowsOf(read('src/docs/logs.md')).flatMap(([names = '']) => names.split(', ').map(plain));
  const logged = globSync('src/**/*.ts', { cwd: ROOT }).flatMap((file) =>
    [
      ...read(file).matchAll(
        /(?:logger|log)(?:\.(?:fatal|error|warn|info|debug|trace)|\[level\])\(\s*\{([^}]*)\}/g,
      ),
    ].flatMap(([, fields = '']) =>
      fields
        .split(',')
        .map((field) => field.trim().split(':')[0]?.trim() ?? '')
        .filter((field) => /^\w+$/.test(field)),
    ),
  );
  t.ok(new Set(logged).size > 10, `${new Set(logged).size} fields are found in the code`);
  t.strictSame(
    [...new Set(logged)].filter((field) => !known.includes(field)),
    [],
  );
});

t.test('README.md names the variables that commands read besides the settings', async (t) => {
  const rows = rowsOf(sectionOf(read('README.md'), 'The log agent and deliver'));
  const commands = globSync('src/cli/*.ts', { cwd: ROOT }).flatMap((file) =>
    [...read(file).matchAll(/environment\['(DELIST_[A-Z_]+)'\]/g)].map(([, name]) => name),
  );
  t.strictSame(rows.map(([name]) => plain(name)).sort(), [...new Set(commands)].sort());
});

/** As forges make it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
const DOCUMENTS = globSync('{*.md,src/**/*.md,test/*.md,views/**/*.md}', { cwd: ROOT });
const linksIn = (file: string) =>
  [...read(file).matchAll(/(?:\]\(|\bsrc(?:set)?=")(?!https?:|mailto:)([^)"\s]+)/g)].map(([, to = '']) => {
    const { pathname, hash } = new URL(to, new URL(file, ROOT));
    return { to, path: pathname.slice(ROOT.pathname.length), anchor: hash.slice(1) };
  });

t.test('links between the documents lead somewhere, and to a heading that is there', async (t) => {
  t.ok(DOCUMENTS.length > 15 && DOCUMENTS.flatMap(linksIn).length > 80);
  for (const file of DOCUMENTS)
    for (const { to, path, anchor } of linksIn(file)) {
      t.ok(existsSync(new URL(path, ROOT)), `${file} → ${to}`);
      if (!anchor) continue;
      const headings = [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
      t.ok(headings.includes(anchor), `${file} → ${to}`);
    }
});

t.test('pictures are small, and each is shown by a document', async (t) => {
  const shown = new Set(DOCUMENTS.flatMap(linksIn).map(({ path }) => path));
  const pictures = globSync('src/docs/pictures/*', { cwd: ROOT });
  t.ok(pictures.length > 8);
  for (const picture of pictures) {
    t.ok(shown.has(picture), picture);
    t.ok(statSync(new URL(picture, ROOT)).size <= 120_000, `${picture} is of at most 120,000 octets`);
  }
});

t.test('CHANGELOG.md tells of the version that package.json names', async (t) => {
  const [, newest] = /^## (\d+\.\d+\.\d+) – \d{4}-\d\d-\d\d$/m.exec(read('CHANGELOG.md')) ?? [];
  t.equal(newest, JSON.parse(read('package.json')).version);
});
