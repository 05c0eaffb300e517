import { sql } from 'kysely';
import { openSession } from '../../src/accounts/session.ts';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { migrate } from '../../src/database/migrate.ts';
import { type Db, openDatabase } from '../../src/database/open.ts';
import { lazyWorld } from '../../src/evidence/checks/lazy-world.ts';
import { draftLetter } from '../../src/letters/draft.ts';
import { openLibrary } from '../../src/letters/library.ts';
import { loadTemplates } from '../../src/letters/templates.ts';
import { countBacklog } from '../../src/outcomes/store.ts';
import { openPlaybooks } from '../../src/playbooks/live.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { openSecrets } from '../../src/secrets/secrets.ts';
import { loadViews } from '../../src/web/views.ts';
import { factsWith } from '../letters/letters.fixture.ts';
import { insertAddresses, insertIncidents, insertUsers } from '../many-rows.ts';
import { median, print } from './figures.ts';
import { withDatabase } from './server.ts';

/**
 * What a letter costs among many: opening the chooser and the composer, rendering, the report of what worked, the
 * dossier. The server's own time, one request after the other.
 */

const INCIDENTS = 100_000;
const ADDRESSES = 20_000;
/** The newest, of which half are not closed. */
const UNFINISHED = 2000;
const OPENED = 60;
const RENDERED = 300;

/** A sent letter and its answer for each incident, and a draft for some; the sums of letters as they would be. */
async function fill(db: Db): Promise<void> {
  await migrate(db as never);
  await insertIncidents(db, INCIDENTS);
  // Of ten years, few are open.
  await sql`
    update incidents set state = 'closed', closed_at = opened_at + interval '50 hours'
    where state <> 'closed' and number <= ${INCIDENTS - UNFINISHED}::integer`.execute(db);
  await insertAddresses(db, ADDRESSES);
  await sql`
    insert into incident_addresses (incident_number, address_id)
    select number, a.id from incidents
    join (select id, row_number() over (order by id) - 1 as position from addresses) a
      on a.position = number % ${ADDRESSES}::integer`.execute(db);
  await insertUsers(db, 1);
  await sql`update users set role = 'operator'`.execute(db);
  await sql`
    insert into rejections (incident_number, line, provider, reply_code, enhanced_code, block_code, reason, text, occurred_at)
    select number, 1, provider, '550', '5.7.1', 'S3150', 'ip-reputation',
      '550 5.7.1 Unfortunately, messages from [203.0.113.7] weren''t sent (S3150).', last_rejection_at
    from incidents`.execute(db);
  await sql`
    insert into letters (incident_number, template, language, round, state, subject, body, base_subject, base_body,
      claims, fields, missing, created_by_name, sent_at, channel)
    select number, 'mailbox-provider/first', 'en', 'first', 'sent', 'Mail refused', repeat('What we wrote. ', 60),
      'Mail refused', repeat('What we wrote. ', 60), '[]', '[]', '[]', 'Jonas Weber', first_request_at, 'form'
    from incidents order by number`.execute(db);
  await sql`
    insert into messages (incident_number, direction, at, from_address, subject, text, raw, raw_type, sha256, verdict)
    select number, 'in', first_answer_at, 'support@example.com', 'Your case', 'Not qualified for mitigation.',
      convert_to('Not qualified for mitigation.', 'UTF8'), 'text/plain', sha256(convert_to(number::text, 'UTF8')), 'denied'
    from incidents order by number`.execute(db);
  // Whatever changes a letter counts it; these were written past all that.
  await sql`insert into outcome_backlog select number from incidents where number > ${INCIDENTS - 5000}::integer`.execute(
    db,
  );
  while ((await countBacklog(db)) > 0);
  await sql`analyze`.execute(db);
}

async function openDesk(db: Db) {
  const config = readConfig({ SECRET_KEY: Buffer.alloc(32, 7).toString('base64') });
  const playbooks = openPlaybooks(db, readCatalogue());
  await playbooks.refresh();
  const given = { config, db, catalogue: playbooks.catalogue };
  return buildApp({
    ...given,
    playbooks,
    letters: openLibrary(),
    views: loadViews(),
    world: lazyWorld(given),
    secrets: openSecrets(config),
  });
}

/** The median and the 95th percentile of what each call takes, in ms. */
async function timed(
  name: string,
  times: number,
  call: (index: number) => Promise<void> | void,
): Promise<void> {
  for (let index = 0; index < 5; index += 1) await call(index);
  const took: number[] = [];
  for (let index = 5; index < times + 5; index += 1) {
    const start = performance.now();
    await call(index);
    took.push(performance.now() - start);
  }
  print(name, median(took), 'ms');
  print('  of 20, 19 within', took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.95)] ?? 0, 'ms');
}

function renderAll(): Promise<void> {
  const templates = loadTemplates();
  const facts = factsWith();
  return timed(`a letter rendered, of ${templates.length} templates`, RENDERED, (index) => {
    const template = templates[index % templates.length];
    if (template) draftLetter(template, facts, []);
  });
}

async function pages(databaseUrl: string): Promise<void> {
  const open = await openDatabase({ databaseUrl, dataDir: '' });
  await fill(open.db);
  const app = await openDesk(open.db);
  const limits = { sessionIdleMs: 3_600_000, sessionMaxMs: 3_600_000 };
  const cookie = `dd_session=${await openSession(open.db, 1, { address: '127.0.0.1', userAgent: 'bench' }, limits)}`;
  const get = async (url: string): Promise<void> => {
    const answer = await app.inject({ url, headers: { cookie } });
    if (answer.statusCode !== 200)
      throw new Error(`${url}: ${answer.statusCode} ${answer.body.slice(0, 300)}`);
  };
  const { rows } = await sql<{ number: number; id: number }>`
    with drafts as (
      insert into letters (incident_number, template, language, round, subject, body, base_subject, base_body, claims,
        fields, missing, created_by_name)
      select number, 'mailbox-provider/second-review', 'en', 'second-review', 'Again', repeat('What we write. ', 60),
        'Again', repeat('What we write. ', 60), '[]', '[]', '[]', 'Jonas Weber'
      from incidents where state = 'action-needed' order by number desc limit ${OPENED + 5}::integer
      returning incident_number as number, id
    ) select * from drafts`.execute(open.db);
  const at = (index: number) => rows[index % rows.length] ?? { number: 1, id: 1 };
  try {
    await timed('the chooser, over 100,000 incidents', OPENED, (i) =>
      get(`/incidents/${at(i).number}/letters/new`),
    );
    await timed('the composer (wanted < 100)', OPENED, (i) =>
      get(`/incidents/${at(i).number}/letters/${at(i).id}`),
    );
    await timed('what worked, at one provider', 30, () => get('/reports/what-worked?provider=gmail'));
    await timed('the incident page with its next step', OPENED, (i) => get(`/incidents/${at(i).number}`));
    await timed('the desk with the next steps of its rows', 20, () => get('/'));
    const before = process.memoryUsage().rss;
    await timed('a dossier as PDF', 20, (i) => get(`/incidents/${at(i).number}/dossier.pdf`));
    print('  memory more than before', (process.memoryUsage().rss - before) / 1e6, 'MB');
  } finally {
    await app.close();
    await open.close();
  }
}

export async function benchLetters(): Promise<void> {
  await renderAll();
  const server = process.env['TEST_DATABASE_URL'];
  if (server) await withDatabase(server, pages);
  else process.stdout.write('letters over 100,000 incidents: not measured, TEST_DATABASE_URL is not set\n');
}
