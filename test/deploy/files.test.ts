import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { Environment } from '../../src/config.ts';
import { MAX_BODY_BYTES } from '../../src/web/limits.ts';
import { testDesk } from '../desk.ts';
import { ROOT } from './front.fixture.ts';

/** What can be said of the files in src/deploy/ without the programs that they are for, and with those that are here. */

const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const SETTINGS = new Set(Object.keys(Environment.properties));

t.test('the units are valid, and leave little of the machine open', async (t) => {
  const { status, stdout, stderr } = spawnSync('bash', ['src/deploy/check'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status === 77) {
    t.comment(`SKIP ${stdout.trim()}`);
    return;
  }
  t.equal(status, 0, `${stdout}${stderr}`);
  t.equal(stdout.match(/: verified$/gm)?.length, 5);
  const exposures = [...stdout.matchAll(/exposure level for ([\w-]+)\.service: ([\d.]+)/g)];
  for (const [, name, exposure] of exposures) t.comment(`figures: ${name} is exposed ${exposure} of 10`);
  t.equal(exposures.length, 2);
  const open = spawnSync('bash', ['src/deploy/check', '5'], { cwd: ROOT, encoding: 'utf8', timeout: 60_000 });
  t.not(open.status, 0, 'a limit that they do not keep is noticed');
});

t.test('settings in src/deploy/ are settings that there are', async (t) => {
  const env = read('src/deploy/systemd/env.example');
  const names = [...env.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = '']) => name);
  t.ok(names.length >= 5);
  t.strictSame(
    names.filter((name) => !SETTINGS.has(name)),
    [],
  );
  const desk = parse(read('src/deploy/container/compose.yaml')).services.desk.environment;
  t.strictSame(
    Object.keys(desk).filter((name) => !SETTINGS.has(name)),
    [],
  );
});

t.test('the largest body that a route takes comes through nginx and Caddy', async (t) => {
  const { app } = await testDesk(t, { MAIL_MAX_MB: '100' });
  let largest = MAX_BODY_BYTES;
  const limits = globSync('src/**/*.ts', { cwd: ROOT }).flatMap((file) =>
    [...read(file).matchAll(/bodyLimit: ([^,}\n]+)/g)].map(([, limit = '']) => limit.trim()),
  );
  t.ok(limits.length > 10);
  // What is written there is a name of web/limits.ts, a setting, or a product of numbers.
  for (const limit of limits) {
    const octets = limit.includes('MAX_REPORT_BYTES')
      ? Number(/^(\d+) \*/.exec(limit)?.[1] ?? 1) * 25 * 1024 ** 2
      : limit.includes('mailMaxBytes')
        ? app.desk.config.mailMaxBytes
        : limit.includes('MAX_PICTURES')
          ? 28 * 1024 ** 2
          : /^[\d *]+$/.test(limit)
            ? limit.split('*').reduce((product, factor) => product * Number(factor), 1)
            : MAX_BODY_BYTES;
    largest = Math.max(largest, octets);
  }
  const nginx =
    Number(/client_max_body_size (\d+)m;/.exec(read('src/deploy/nginx/delist-desk.conf'))?.[1]) * 1024 ** 2;
  const caddy = Number(/max_size (\d+)MiB/.exec(read('src/deploy/caddy/Caddyfile'))?.[1]) * 1024 ** 2;
  for (const limit of [nginx, caddy]) {
    t.ok(limit > largest, `${limit} is more than ${largest}`);
    t.ok(limit < largest + 8 * 1024 ** 2, 'and not much more');
  }
});

t.test('what goes into the image is all that the server loads', async (t) => {
  const file = read('src/deploy/container/Containerfile');
  const copied = [...file.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
    names.split(' '),
  );
  const ignored = read('src/deploy/container/Containerfile.dockerignore');
  for (const name of copied) {
    t.ok(existsSync(`${ROOT}${name}`), `${name} is there`);
    t.match(ignored, `!${name}\n`, `${name} is let in`);
  }
  for (const name of ['src', 'views', 'migrations', 'package.json']) t.ok(copied.includes(name), name);
  const steps = [...file.matchAll(/^([A-Z]+) /gm)].map(([, step = '']) => step);
  t.strictSame(
    steps.filter(
      (step) => !/^(FROM|WORKDIR|COPY|RUN|ENV|USER|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|CMD)$/.test(step),
    ),
    [],
  );
  t.match(file, /^USER node$/m, 'not as root');
  for (const [, image = ''] of file.matchAll(/^FROM (\S+)/gm))
    t.match(image, /:\d+-/, `${image} has a version`);
  const major = /node:(\d+)-/.exec(file)?.[1];
  t.equal(JSON.parse(read('package.json')).devDependencies.node.replace('^', '').split('.')[0], major);
});

t.test('the composition holds together', async (t) => {
  const { services, volumes, secrets, networks } = parse(read('src/deploy/container/compose.yaml'));
  for (const [name, service] of Object.entries(services) as [string, Record<string, never>][]) {
    for (const secret of (service['secrets'] ?? []) as string[])
      t.ok(secret in secrets, `${name}: ${secret}`);
    for (const volume of (service['volumes'] ?? []) as string[])
      t.ok((volume.split(':')[0] ?? '') in volumes, `${name}: ${volume}`);
    for (const network of (service['networks'] ?? []) as string[])
      t.ok(network in networks, `${name}: ${network}`);
    for (const other of Object.keys(service['depends_on'] ?? {}))
      t.ok(other in services, `${name}: ${other}`);
    for (const port of (service['ports'] ?? []) as string[])
      t.match(port, /^127\.0\.0\.1:/, 'only the proxy reaches it');
  }
  t.ok(services.database.healthcheck, 'what is waited for can be waited for');
  t.ok(existsSync(`${ROOT}${services.desk.build.dockerfile}`));
});

t.test('src/deploy/README.md names every file of the folder', async (t) => {
  const readme = read('src/deploy/README.md');
  for (const folder of globSync('src/deploy/!(README.md)', { cwd: ROOT }))
    t.match(readme, folder.replace(/^src\/deploy\//, ''));
});
