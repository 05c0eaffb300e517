/** A process that asks, closes at once and asks again. It ends by itself only when no thread of it is left. */
import { EmbeddedClient } from '../../src/database/embedded-client.ts';

const client = new EmbeddedClient(process.argv[2] ?? '');
void client.query('insert into kept values (2)');
void client.transaction((trx) => trx.query('insert into kept values (3)'));
await client.close();
await client.close();
const words = await client.query('select 1').then(
  () => 'answered',
  (error: Error) => error.message,
);
process.stdout.write(words);
