import { existsSync, globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/** Who imports whom, held to what ARCHITECTURE.md says of it. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILES = globSync('{src,migrations,test}/**/*.{ts,js}', { cwd: ROOT })
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const OURS = FILES.filter((file) => !file.startsWith('test/'));

/** `import … from`, `export … from`, `import '…'`, `import('…')`, and a script that is started by its URL. */
const SPECIFIER =
  /(?:^|[;}\n])\s*(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|(?:^|[;}\n])\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|new URL\('(\.[^']+\.(?:ts|js))', import\.meta\.url\)/g;

type Graph = Map<string, string[]>;

/** File → what it imports: files of ours by their path, packages by their name. */
function graphOf(files: string[], read: (source: string) => string): Graph {
  return new Map(
    files.map((file) => {
      const source = read(readFileSync(posix.join(ROOT, file), 'utf8'));
      const named = [...source.matchAll(SPECIFIER)].map((match) => match.slice(1).find(Boolean) ?? '');
      const paths = named.map((name) =>
        name.startsWith('.') ? posix.join(posix.dirname(file), name) : name,
      );
      return [file, [...new Set(paths)].sort()];
    }),
  );
}

/** With imports of types, as a reader follows them. */
const READ = graphOf(FILES, (source) => source);
/** Without them, as Node does. */
const LOADED = graphOf(FILES, (source) => stripTypeScriptTypes(source));

/** All that is loaded or read from some files on, with the way to it. */
function waysFrom(graph: Graph, starts: string[]): Map<string, string[]> {
  const ways = new Map(starts.map((start) => [start, [start]]));
  for (const [file, way] of ways)
    for (const next of graph.get(file) ?? []) if (!ways.has(next)) ways.set(next, [...way, next]);
  return ways;
}

/** Every circle once, as the shortest way round from its first file. */
function circlesIn(graph: Graph): string[] {
  const circles = new Set<string>();
  for (const file of graph.keys()) {
    const ways = waysFrom(graph, graph.get(file) ?? []);
    const round = ways.get(file);
    if (round) circles.add([...round].sort().join(', '));
  }
  return [...circles];
}

const within = (patterns: string[]) => {
  const found = globSync(patterns, { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
  return FILES.filter((file) => found.includes(file));
};

/** Files from which a package can be reached, each with the way to it. */
const reaching = (graph: Graph, files: string[], unwanted: RegExp) =>
  files.flatMap((file) =>
    [...waysFrom(graph, [file])].filter(([name]) => unwanted.test(name)).map(([, way]) => way.join(' → ')),
  );

t.test('what is imported is there: no import is missed by this test or broken', async (t) => {
  const missing = [...READ].flatMap(([file, names]) =>
    names
      .filter((name) => /^(src|test|migrations|views)\//.test(name))
      .filter((name) => !existsSync(posix.join(ROOT, name)))
      .map((name) => `${file} → ${name}`),
  );
  t.strictSame(missing, []);
  const lines = OURS.reduce((sum, file) => {
    const source = readFileSync(posix.join(ROOT, file), 'utf8');
    return sum + (source.match(/^(import .*|\} )from '/gm) ?? []).length;
  }, 0);
  const edges = OURS.reduce((sum, file) => sum + (READ.get(file)?.length ?? 0), 0);
  t.ok(lines > 300 && edges >= lines - 20, `${edges} imports for ${lines} lines that hold one`);
});

t.test('there are no circles', async (t) => {
  t.strictSame(circlesIn(LOADED), [], 'when it runs');
  t.strictSame(circlesIn(READ), [], 'nor for a reader');
  const round: Graph = new Map([
    ['a', ['b']],
    ['b', ['c', 'fastify']],
    ['c', ['b']],
  ]);
  t.strictSame(circlesIn(round), ['b, c'], 'one would be found');
});

/** What ARCHITECTURE.md and the design call pure: rules, wording and reading, without HTTP or database. */
const PURE = [
  'src/backup/format.ts',
  'src/bounces/*.ts',
  'src/logs/**/*.ts',
  'src/erasure/pairs.ts',
  'src/providers/*.ts',
  'src/playbooks/{course,course-picture,effective,fact-form,fact-input,fact-words,history-page}.ts',
  'src/playbooks/{own,page,paths,standing,words}.ts',
  'src/accounts/accounts.ts',
  'src/accounts/{alerts/words,passkeys/relying-party,passkeys/response,sessions/browser}.ts',
  'src/accounts/second-factor/{qr,recovery-codes,totp}.ts',
  'src/addresses/address.ts',
  'src/correspondence/reading/*.ts',
  'src/correspondence/{entered-fields,field-rows,fold-quotes,mail-frame,mark-words,message-page,own-pictures}.ts',
  'src/correspondence/{excerpt,sanitise,source-text,verdicts,visible-signs}.ts',
  'src/evidence/!(*routes|api|store|snapshots|kind-titles|recorded-kinds|incident-evidence|subject-page).ts',
  'src/evidence/{authentication,domain,lists,names}/*.ts',
  'src/evidence/{checklist/checklist,places/{aged,page,places,reading},pictures/picture,sample/!(routes)}.ts',
  'src/complaints/{complaint,fields,found,read-mails,reporter,without-reporter}.ts',
  'src/desk/{cursor,page,rows,sections,span-labels,strip}.ts',
  'src/incidents/{course,incidents,json,state}.ts',
  'src/incidents/logging/{blocks,page,rejections}.ts',
  'src/next-step/!(api|cause-store|incident-rows|kept-steps|other-incidents|read-material|read-stop|remind|routes|store).ts',
  'src/mail-in/reading/{authentication-results,authenticity,mail-fields,mail-kind,proof,returned-mail,thread-ids}.ts',
  'src/mail-in/{filing/filing,filing/unfiled-page,mailboxes/imap-words}.ts',
  'src/letters/{choice,draft,eml,facts,language,letter-values,matching,merge-edits,named-list,page,questions}.ts',
  'src/letters/{ready,rounds,suggest,templates,variables,warm-up,wording}.ts',
  'src/letters/{forms,template}/*.ts',
  'src/letters/{claims/!(claim-evidence),gate/!(store),wording-trials/trial}.ts',
  'src/mail-in/{header-fields,once-key,sender,flood-count,gather,room,collect,recipients,mbox}.ts',
  'src/mail-out/{account,compose,dispatch-view,form,mail-address,mail-looks,outcome,reply-tag}.ts',
  'src/notifications/{mail-words,page,rules,settings,settings-changes,settings-form,times,topics}.ts',
  'src/notifications/calendar/icalendar.ts',
  'src/secrets/{seal,sealed-columns}.ts',
  'src/profile/{profile,programmes,programme-page}.ts',
  'src/reminders/{reminders,page}.ts',
  'src/search/{dates,lexemes,loosen,marks,operators,plan,query,tokens}.ts',
  'src/sharing/{attempts,entries,known-people,link,mask,parts,signatures}.ts',
  'src/snds/{columns,csv,feed,found,pack-report,snds-file,text,us-time}.ts',
  'src/timeline/{cursor,describe,entries,json,view}.ts',
  'src/webhooks/{event,event-facts,examples,formats,outcome,patience,signature,slack,target,target-url,teams}.ts',
  'src/health/judge.ts',
  'src/metrics/{list,measure,samples,turns}.ts',
  'src/web/{cursor,format,limits,links,logged-error,logged-url}.ts',
  'src/{given-socket,problem}.ts',
];
const OUTSIDE =
  /^(fastify|@fastify\/.*|kysely.*|pg|@electric-sql\/.*|node:(http|https|http2|net|tls|dns|dgram|child_process|cluster|worker_threads).*)$|\/(store|routes|api)\.ts$/;

t.test('pure files reach neither web server, database nor network, by whatever way', async (t) => {
  for (const pattern of PURE) t.not(within([pattern]).length, 0, `${pattern} names something`);
  t.strictSame(reaching(LOADED, within(PURE), OUTSIDE), []);
  t.not(reaching(LOADED, ['src/incidents/store.ts'], OUTSIDE).length, 0, 'a store would be noticed');
  t.strictSame(
    reaching(LOADED, within(['src/bounces/*.ts', 'src/incidents/state.ts']), /^node:fs/),
    [],
    'reading a report opens no file',
  );
});

t.test('the commands that read files need neither web server nor database', async (t) => {
  t.strictSame(reaching(LOADED, ['src/cli/parse.ts', 'src/cli/classify.ts'], OUTSIDE), []);
});

t.test('check asks the DNS, and needs neither web server nor database', async (t) => {
  const outside = [...waysFrom(LOADED, ['src/cli/check.ts']).keys()].filter((name) => OUTSIDE.test(name));
  t.strictSame(outside.sort(), ['node:dgram', 'node:dns', 'node:net'], 'over UDP, and TCP for long answers');
});

t.test('imports run downward: routes → store → pure', async (t) => {
  const routes = /\/(\w+-)?routes\.ts$|\/api\.ts$/;
  const above = [...READ]
    .filter(([file]) => file.startsWith('src/') && !routes.test(file) && file !== 'src/app.ts')
    .flatMap(([file, names]) =>
      names
        .filter((name) => routes.test(name) && name !== 'src/web/api.ts')
        .map((name) => `${file} → ${name}`),
    );
  t.strictSame(above, [], 'only routes and the application know routes');
  const runtime = [...LOADED].filter(
    ([file, names]) => file.startsWith('src/') && names.includes('src/app.ts'),
  );
  t.strictSame(
    runtime.map(([file]) => file),
    ['src/listen.ts'],
    'who starts the application',
  );
});

t.test('nothing starts another program: what is looked up is looked up here', async (t) => {
  t.strictSame(
    [...READ]
      .filter(([file, names]) => file.startsWith('src/') && names.includes('node:child_process'))
      .map(([file]) => file),
    [],
  );
  t.ok(
    [...READ.values()].some((names) => names.includes('node:child_process')),
    'tests do, and are seen',
  );
});

t.test('the database knows no feature', async (t) => {
  const features = (graph: Graph) =>
    within(['src/database/**']).flatMap((file) =>
      (graph.get(file) ?? [])
        .filter((name) => name.startsWith('src/') && !name.startsWith('src/database/'))
        .map((name) => `${file} → ${name}`),
    );
  t.strictSame(features(LOADED), []);
  t.strictSame(
    [
      ...new Set(features(READ).map((one) => one.replace(/^src\/database\/tables(?:\/[\w-]+)?\.ts → /, ''))),
    ].sort(),
    ['src/evidence/kind.ts', 'src/providers/schema.ts'],
    'but the words of columns',
  );
  t.strictSame(
    within(['migrations/*.ts']).filter((file) => READ.get(file)?.some((name) => name !== 'kysely')),
    [],
    'a migration imports nothing of ours, which goes on changing',
  );
});

t.test('every file of src is used: by the server, the command line, a thread or a page', async (t) => {
  const views = globSync('views/**/*.hbs', { cwd: ROOT })
    .map((file) => readFileSync(posix.join(ROOT, file), 'utf8'))
    .join('\n');
  const scripts = within(['src/web/assets/*.js']);
  for (const script of scripts)
    t.match(views, `src="/assets/${posix.basename(script)}`, `a page loads ${posix.basename(script)}`);
  const used = waysFrom(READ, ['src/main.js', 'src/cli.ts', ...scripts]);
  t.strictSame(
    FILES.filter((file) => file.startsWith('src/') && !used.has(file)),
    [],
  );
  t.strictSame(
    [...used.keys()].filter((name) => name.startsWith('test/') || name.startsWith('migrations/')),
    [],
    'nothing of it comes from the tests',
  );
  t.strictSame(
    OURS.filter((file) => READ.get(file)?.some((name) => name.startsWith('test/'))),
    [],
  );
});

t.test('what src loads is a dependency of the product, not of its tests', async (t) => {
  const { dependencies } = JSON.parse(readFileSync(posix.join(ROOT, 'package.json'), 'utf8'));
  const packages = OURS.flatMap((file) => LOADED.get(file) ?? [])
    .filter((name) => !/^(node:|src\/|migrations\/|views\/)/.test(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
  t.ok(packages.includes('fastify') && packages.includes('@electric-sql/pglite'));
  t.strictSame(
    [...new Set(packages)].filter((name) => !(name in dependencies)),
    [],
  );
});
