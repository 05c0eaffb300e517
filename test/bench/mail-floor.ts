/** The least that takes mail by LMTP into PostgreSQL: the bare smtp-server library and an insert for each message. */
import pg from 'pg';
import { SMTPServer } from 'smtp-server';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
await pool.query(
  'create table if not exists floor_mails (id bigint generated always as identity primary key, raw bytea)',
);

const server = new SMTPServer({
  lmtp: true,
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  logger: false,
  onData(stream, _session, done) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      pool.query('insert into floor_mails (raw) values ($1)', [Buffer.concat(chunks)]).then(
        () => done(null, 'stored'),
        (error) => done(error),
      );
    });
  },
});
server.listen(Number(process.env['LMTP_PORT']), '127.0.0.1', () => process.send?.('ready'));
