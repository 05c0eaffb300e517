import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const json = (file: string) => JSON.parse(readFileSync(`${ROOT}/${file}`, 'utf8'));

type Locked = { version: string; dev?: boolean; optional?: boolean; license?: string };
const LOCK: Record<string, Locked> = json('package-lock.json').packages;
const nameOf = (path: string) => path.replace(/^.*node_modules\//, '');
/** What the product loads, and what that loads, at every place where it is installed. */
const USED = Object.entries(LOCK).filter(([path, { dev }]) => path !== '' && !dev);

/** Releases before which something was wrong that would touch us; where a package is not there, it may not come in older. */
const FLOORS: Record<string, string> = {
  handlebars: '4.7.10',
  nodemailer: '10.1.4',
  mailparser: '3.9.3',
  'smtp-server': '3.18.3',
  fastify: '5.8.3',
  kysely: '0.28.17',
};
/** Older by their makers’ pin, for a part that the fault is not in. */
const PINNED_BY_OTHERS: Record<string, string> = {};

const numbers = (version: string) => version.split('-')[0]?.split('.').map(Number) ?? [];
function isOlder(version: string, floor: string): boolean {
  const [own, least] = [numbers(version), numbers(floor)];
  const at = least.findIndex((part, index) => part !== (own[index] ?? 0));
  return at >= 0 && (own[at] ?? 0) < (least[at] ?? 0);
}

t.test('no dependency is older than the release that mended what is known of it', async (t) => {
  t.ok(isOlder('4.7.9', '4.7.10') && !isOlder('4.10.0', '4.7.10') && !isOlder('4.7.10', '4.7.10'));
  const old = USED.filter(([path, { version }]) => isOlder(version, FLOORS[nameOf(path)] ?? '0'))
    .map(([path, { version }]) => `${path} ${version}`)
    .filter((one) => !(one in PINNED_BY_OTHERS));
  t.strictSame(old, []);
  for (const name of ['handlebars', 'nodemailer', 'smtp-server', 'fastify', 'kysely'])
    t.ok(LOCK[`node_modules/${name}`], `${name} is what we use`);
});

/** Licences that let everybody use, change and give it on; what else there is stands below by name. */
const ALLOWED = [
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  '(MIT OR EUPL-1.1+)',
];
/** Whose package names none of those, and what its LICENSE says. */
const BY_NAME: Record<string, string> = {
  'dejavu-fonts-ttf': 'Bitstream Vera and public domain: fonts may be used, embedded and given on',
  'png-js': 'MIT',
};

t.test('every dependency of the product has a licence that is allowed', async (t) => {
  const others: string[] = [];
  for (const [path, { optional }] of USED) {
    let about: { license?: string | { type: string }; licenses?: { type: string }[] };
    try {
      about = json(`${path}/package.json`);
    } catch (error) {
      // For another operating system, and not installed here.
      if (optional) continue;
      throw error;
    }
    const named = typeof about.license === 'object' ? about.license.type : about.license;
    const licence = named ?? about.licenses?.[0]?.type ?? '';
    if (!ALLOWED.includes(licence)) others.push(nameOf(path));
  }
  t.strictSame([...new Set(others)].sort(), Object.keys(BY_NAME).sort());
});

t.test('every direct dependency is asked for somewhere in the source', async (t) => {
  const { dependencies } = json('package.json');
  const { globSync } = await import('node:fs');
  const source = globSync('src/**/*.{ts,js}', { cwd: ROOT })
    .map((file) => readFileSync(`${ROOT}/${file}`, 'utf8'))
    .join('\n');
  t.strictSame(
    Object.keys(dependencies).filter((name) => !new RegExp(`['"\`/]${name}['"\`/]`).test(source)),
    [],
  );
});
