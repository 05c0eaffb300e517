import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t from 'tap';
import { BadDataFile } from '../../src/data-file.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import type { Provider } from '../../src/providers/schema.ts';

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

t.test('all files of providers are written alike, so that a change shows what it changes', (t) => {
  const unlike = readdirSync(DATA).filter((name) => {
    const text = readFileSync(join(DATA, name), 'utf8');
    return name.endsWith('.json') && text !== `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
  });
  t.same(unlike, [], 'two blanks for each level, a value a line');
  t.end();
});

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

t.test('a wrong word is refused with file, place and what may stand there', (t) => {
  const folder = changed(t as Tap, 'gmail.json', (provider) => {
    const [first, ...rest] = provider['rejections'] as Record<string, unknown>[];
    return { ...provider, rejections: [{ ...first, reason: 'bad-luck' }, ...rest] };
  });
  const message = refusal(folder);
  t.match(
    message,
    /gmail\.json: \/rejections\/0\/reason \(of [a-z-]+\) is "bad-luck"; it can be ip-reputation, domain-reputation/,
  );
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

/** Slips of whoever writes a file, each with the file, the place and the way out that its refusal names. */
const SLIPS: [string, (provider: Provider) => unknown, RegExp][] = [
  [
    'a key that is nearly one',
    ({ checkFirst, ...rest }) => ({ ...rest, checkfirst: checkFirst }),
    /optus\.json: \/ lacks the key "checkFirst"|optus\.json: \/ has the key "checkfirst".*did you mean checkFirst\?/,
  ],
  [
    'a key that is none',
    (provider) => ({ ...provider, mx: [] }),
    /optus\.json: \/ has the key "mx", which is none; it can be key, name, .*hosts/,
  ],
  [
    'a number as a text',
    ({ timing, ...rest }) => ({ ...rest, timing: { ...timing, followUpAfter: '72' } }),
    /optus\.json: \/timing\/followUpAfter is "72" and has to be a number/,
  ],
  [
    'a follow-up before the answer',
    ({ timing, ...rest }) => ({ ...rest, timing: { ...timing, followUpAfter: 1 } }),
    /optus\.json: \/timing: a follow-up after 1 h .* give followUpAfter at least as many/,
  ],
  [
    'a rule twice',
    ({ rejections, ...rest }) => ({ ...rest, rejections: [...rejections, ...rejections] }),
    /optus\.json: \/rejections has csi twice/,
  ],
  [
    'a route for a rule that is none',
    ({ routes: [first, ...others], ...rest }) => ({
      ...rest,
      routes: [first, { ...others[0], rules: ['cis'] }],
    }),
    /optus\.json: \/routes \(of recipient\)\/rules names the rule cis, which there is not; there is csi/,
  ],
  [
    'a form without its address',
    ({ routes: [first, ...others], ...rest }) => ({
      ...rest,
      routes: [{ ...first, kind: 'form', url: undefined }, ...others],
    }),
    /optus\.json: \/routes \(of cloudmark\): a form needs its address on the web \(url\)/,
  ],
  [
    'a pattern that is no expression',
    ({ rejections: [first, ...others], ...rest }) => ({
      ...rest,
      rejections: [{ ...first, match: { pattern: '(x' } }, ...others],
    }),
    /optus\.json: \/rejections \(of csi\)\/match\/pattern: Invalid regular expression/,
  ],
  [
    'a code without its group',
    (provider) => ({ ...provider, codes: [{ pattern: 'AB[0-9]{3}', examples: ['AB123'] }] }),
    /optus\.json: \/codes\/0\/pattern: the group \(\?<code>…\) is missing/,
  ],
];

t.test('a slip is told by file and place, with the way out', (t) => {
  for (const [what, slip, told] of SLIPS)
    t.match(refusal(changed(t as Tap, 'optus.json', (provider) => slip(provider as Provider))), told, what);
  t.end();
});

t.test('a zone that clashes is told by its file', (t) => {
  const folder = changed(t as Tap, 'virusfree-cz.json', (provider) => {
    const [zone] = (provider as Provider).zones ?? [];
    return { ...provider, zones: [{ ...zone, zone: 'bl.spamcop.net' }] };
  });
  t.match(refusal(folder), /spamcop\.json and virusfree-cz\.json: bl\.spamcop\.net stands twice/);
  t.end();
});
