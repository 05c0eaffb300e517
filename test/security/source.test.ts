import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/** What must not be written anywhere in the source, or only where somebody said why. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (pattern: string) =>
  globSync(pattern, { cwd: ROOT })
    .sort()
    .map((file) => ({ file, text: readFileSync(`${ROOT}/${file}`, 'utf8') }));
const SOURCE = read('src/**/*.{ts,js}');
const VIEWS = read('views/**/*.hbs');

/** `file: what stands there`, for every place where a pattern fits. Comments are no code. */
const places = (files: typeof SOURCE, pattern: RegExp) =>
  files.flatMap(({ file, text }) =>
    [...text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').matchAll(pattern)].map(
      ([found]) => `${file}: ${found}`,
    ),
  );

t.test('threat 2: no view puts text into a page unescaped', async (t) => {
  t.ok(VIEWS.length > 50, `${VIEWS.length} views`);
  t.strictSame(places(VIEWS, /\{\{\{.*?\}\}\}|\{\{\s*&.*?\}\}/g), []);
  t.strictSame(
    places(SOURCE, /\bnew \S*SafeString\(/g),
    ['src/web/views.ts: new Handlebars.SafeString('],
    'but helpers that escape its parts',
  );
});

t.test('threat 13: no partial of a view is chosen by what it shows', async (t) => {
  t.strictSame(places(VIEWS, /\{\{[#~]*>\s*\(.*?\}\}|\{\{\s*lookup\b.*?\}\}/g), []);
  t.strictSame(places(SOURCE, /\bhandlebars\.(?:compile|precompile)\(/gi), [
    'src/web/views.ts: handlebars.compile(',
  ]);
});

/** Pieces of statements that are no parameters, each out of texts that stand in the source. */
const RAW_SQL: Record<string, string> = {
  'src/backup/load.ts': 'names, types and constraints as the database itself writes them; places of columns',
  'src/backup/read.ts': 'names of sequences as the database itself writes them',
  'src/addresses/weeks-store.ts': 'names of columns, written where it is called',
  'src/database/migrate.ts': 'statements of the same file',
  'src/demo/moment.ts': 'moments that the demonstration made itself',
  'src/erasure/replace.ts': 'names of functions, by type of column',
  'src/incidents/counts.ts': 'conditions of a table in the same file',
  'src/incidents/merge/ledger.ts': 'conditions of pointers.ts',
  'src/reports/times-store.ts': 'names of columns, by measure',
  'src/search/rebuild.ts': 'statements of the same file',
  'src/snds/import-report.ts': 'types of columns',
};

t.test('threat 14: sql.raw stands where it is known, and is given no text from outside', async (t) => {
  const raw = places(SOURCE, /\bsql\.raw\b/g).map((one) => one.replace(/: .*/, ''));
  t.strictSame([...new Set(raw)].sort(), Object.keys(RAW_SQL).sort());
  t.strictSame(places(SOURCE, /\bCompiledQuery\.raw\(|\bsql\.id\(/g), []);
  t.strictSame(
    places(SOURCE, /\bsql\.(?:raw|lit|ref|table)\([^)]*\b(?:request|query|params|body|form)\b.*/g),
    [],
    'nothing of a request is in one by its name',
  );
});

t.test('threat 30: no shell, no other program, no code made of text', async (t) => {
  t.strictSame(
    places(SOURCE, /\bchild_process\b|\bexecSync\b|\bspawn\(|node:vm\b|\beval\(|new Function\(/g),
    [],
  );
});

t.test('threat 25: what is made into a PDF names no file and no address', async (t) => {
  t.strictSame(places(SOURCE, /\.(?:image|file|attach)\(\s*['"`]/g), []);
  t.strictSame(
    places(SOURCE, /from 'pdfkit'|import\('pdfkit'\)/g).map((one) => one.replace(/: .*/, '')),
    PDF,
  );
});
const PDF = ['src/dossier/paper.ts'];

t.test('certificates are checked wherever TLS is spoken', async (t) => {
  t.strictSame(
    places(
      SOURCE,
      /rejectUnauthorized\s*:\s*(?!true\b)\S+|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity|insecureHTTPParser/g,
    ),
    [],
  );
});

t.test('threat 20 and 21: what a client says of host, protocol and way makes no link', async (t) => {
  t.strictSame(
    places(
      SOURCE,
      /\brequest\.(?:host|hostname|protocol|ips|originalUrl)\b|headers\.host\b|x-forwarded-\w+|headers\['?(?:forwarded|host)/gi,
    ),
    ['src/web/security.ts: headers.host'],
    'but to refuse it',
  );
});

t.test('threat 3: what a mail reader makes of plain text is not used as HTML', async (t) => {
  t.strictSame(places(SOURCE, /textAsHtml|mailparser/g), []);
});

t.test('threat 31: scripts of pages put in only what our own pages answered', async (t) => {
  t.strictSame(
    places(SOURCE, /\.(?:innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write/g)
      .map((one) => one.replace(/\s*=$/, ''))
      .sort(),
    ['src/web/assets/desk.js: .innerHTML', 'src/web/assets/desk.js: .outerHTML'],
  );
  t.strictSame(places(VIEWS, /\son\w+\s*=|javascript:|<script(?![^>]*\bsrc="\/assets\/)/gi), []);
});
