import view from '@fastify/view';
import Fastify from 'fastify';
import Handlebars from 'handlebars';

/**
 * The least that a product on this stack starts with: Fastify, its view plugin with Handlebars, and the
 * database; one query per answer. With DATABASE_URL it is Kysely on a pool, else PGlite on DATA_DIR.
 */
const { DATABASE_URL, DATA_DIR, PORT } = process.env;

async function embedded() {
  const { PGlite } = await import('@electric-sql/pglite');
  const db = await PGlite.create({ dataDir: `${DATA_DIR}/db` });
  return () => db.query('select 1');
}

async function onServer(url) {
  const [{ default: pg }, { Kysely, PostgresDialect, sql }] = await Promise.all([
    import('pg'),
    import('kysely'),
  ]);
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }) });
  return () => sql`select 1`.execute(db);
}

const query = DATABASE_URL ? await onServer(DATABASE_URL) : await embedded();
const app = Fastify({ logger: false });
await app.register(view, { engine: { handlebars: Handlebars }, root: import.meta.dirname });
app.get('/healthz', async () => {
  await query();
  return { status: 'ok' };
});
await app.listen({ host: '127.0.0.1', port: Number(PORT) });
process.once('SIGTERM', () => process.exit(0));
