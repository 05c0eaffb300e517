import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t from 'tap';
import { BadDataFile } from '../../src/data-file.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';

const DATA = fileURLToPath(new URL('../../src/providers/data/', import.meta.url));

/** A copy of the data with one file changed. */
function changed(t: Tap, name: string, change: (provider: Record<string, unknown>) => unknown): URL {
  const folder = t.testdir();
  cpSync(DATA, folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))));
  return pathToFileURL(`${folder}/`);
}
type Tap = typeof t;

const refusal = (folder: URL): string => {
  try {
    readCatalogue(folder);
  } catch (error) {
    if (error instanceof BadDataFile) return error.message;
    throw error;
  }
  return 'read without complaint';
};

t.test('the catalogue has the providers that it was made for', (t) => {
  const { byKey } = readCatalogue();
  for (const key of [
    'outlook-com',
    'microsoft-365',
    'gmail',
    'yahoo',
    'icloud',
    'comcast',
    'att',
    't-online',
    'gmx',
    'orange-fr',
    'mail-ru',
    'proofpoint',
    'cloudmark',
    'talos',
    'mimecast',
    'barracuda',
    'spamhaus',
    'spamcop',
    'yahoo-japan',
    'cox',
    'spectrum',
    'godaddy',
    'rackspace',
    'earthlink',
    'centurylink',
    'facebook',
    'fastmail',
    'proton',
    'zoho',
    'amazon-ses-inbound',
    'laposte-net',
    'free-fr',
    'sfr-fr',
    'libero-it',
    'tim-it',
    'telefonica-es',
    'vmo2',
    'bt',
    'kpn',
    'proximus',
  ]) {
    t.ok(byKey.has(key), key);
    t.not(byKey.get(key)?.rejections.length, 0, `${key} has rules`);
  }
  for (const key of ['windstream', 'swisscom'])
    t.ok(byKey.has(key), `${key}, of whose words none are on record`);
  t.end();
});

t.test('a wrong word is refused with file, path and rule', (t) => {
  const folder = changed(t as Tap, 'gmail.json', (provider) => {
    const [first, ...rest] = provider['rejections'] as Record<string, unknown>[];
    return { ...provider, rejections: [{ ...first, reason: 'bad-luck' }, ...rest] };
  });
  const message = refusal(folder);
  t.match(message, /gmail\.json: \/rejections\/0\/reason /);
  t.match(message, /enum/);
  t.end();
});

t.test('an unknown key and a missing key are refused', (t) => {
  t.match(
    refusal(changed(t as Tap, 'yahoo.json', (provider) => ({ ...provider, surprise: 1 }))),
    /yahoo\.json: .*surprise/,
  );
  t.match(refusal(changed(t as Tap, 'yahoo.json', ({ name: _, ...rest }) => rest)), /yahoo\.json: .*name/);
  t.end();
});

t.test('what is no JSON is refused by name', (t) => {
  const folder = t.testdir({ 'broken.json': '{' });
  copyFileSync(join(DATA, 'gmail.json'), join(folder, 'gmail.json'));
  t.match(refusal(pathToFileURL(`${folder}/`)), /broken\.json: not JSON/);
  t.end();
});

t.test('a key that differs from the file’s name is refused', (t) => {
  t.match(
    refusal(changed(t as Tap, 'att.json', (provider) => ({ ...provider, key: 'other' }))),
    /att\.json: .*"other"/,
  );
  t.end();
});
