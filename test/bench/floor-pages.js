import view from '@fastify/view';
import Fastify from 'fastify';
import Handlebars from 'handlebars';
import { Kysely } from 'kysely';

/**
 * The least that a page of this stack costs: Fastify, its view plugin with Handlebars, one query through Kysely,
 * no session, no rights, no layout. `?list=` names the rows, `?pad=` fills the page up to the size of ours.
 */
const { DATABASE_URL, DATA_DIR, PORT } = process.env;

async function dialect() {
  const kysely = await import('kysely');
  if (DATABASE_URL) {
    const { default: pg } = await import('pg');
    return new kysely.PostgresDialect({ pool: new pg.Pool({ connectionString: DATABASE_URL }) });
  }
  const { PGlite } = await import('@electric-sql/pglite');
  return new kysely.PGliteDialect({ pglite: await PGlite.create({ dataDir: `${DATA_DIR}/db` }) });
}

const db = new Kysely({ dialect: await dialect() });
const LISTS = {
  entries: (number) =>
    db
      .selectFrom('timeline_entries')
      .select(['id', 'kind', 'actor_name', 'occurred_at', 'detail'])
      .where('incident_number', '=', number)
      .orderBy('occurred_at')
      .orderBy('id')
      .limit(50),
  incidents: () =>
    db
      .selectFrom('incidents')
      .select(['number as id', 'state as kind', 'title as actor_name', 'opened_at as occurred_at'])
      .orderBy('number', 'desc')
      .limit(50),
};

const app = Fastify({ logger: false });
await app.register(view, {
  engine: { handlebars: Handlebars },
  root: import.meta.dirname,
  viewExt: 'hbs',
  production: true,
});
app.get('/page', async (request, reply) => {
  const { list, number = '1', pad = '0' } = request.query;
  const rows = await LISTS[list](Number(number)).execute();
  return reply.view('floor-page', {
    rows: rows.map((row) => ({ ...row, at: row.occurred_at.toISOString() })),
    pad: '.'.repeat(Number(pad)),
  });
});
app.get('/json', async (request) => {
  const { list, number = '1', pad = '0' } = request.query;
  return { items: await LISTS[list](Number(number)).execute(), pad: '.'.repeat(Number(pad)) };
});
await app.listen({ host: '127.0.0.1', port: Number(PORT) });
process.once('SIGTERM', () => process.exit(0));
