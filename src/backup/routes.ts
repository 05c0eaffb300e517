import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { endWhenStalled } from '../transfer/export/serve.ts';
import { actorOf } from '../web/access.ts';
import { backupName } from './format.ts';
import { serveBackup } from './make.ts';
import { recentBackups, recordBackup } from './store.ts';

const ADMIN = { config: { access: 'admin' } } as const;
/** Older than that, a backup is missed. */
const LATE_MS = 36 * 3_600_000;

const megabytes = (octets: number) => (octets / 1_000_000).toFixed(octets < 10_000_000 ? 1 : 0);

/** Settings → Backup: whether backups are made, and one to take along. */
export const backupPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config, copyTo } = app.desk;

  app.get('/settings/backup', ADMIN, async (_request, reply) => {
    const made = await recentBackups(db);
    const [last] = made;
    return reply.page('backup/page', {
      made: made.map((one) => ({
        ...one,
        megabytes: megabytes(one.byte_length),
        begins: one.sha256.slice(0, 16),
        from: one.way === 'page' ? `downloaded by ${one.by_name}` : 'by the command',
      })),
      isLate: !last || Date.now() - last.made_at.getTime() > LATE_MS,
      isEmbedded: config.databaseUrl === undefined,
    });
  });

  app.post('/settings/backup/file', ADMIN, async (request, reply) => {
    const by = actorOf(request);
    const source = { db, dataDir: config.dataDir, ...(copyTo ? { copyTo } : {}) };
    const { stream, end } = await serveBackup(source);
    let byteLength = 0;
    stream.on('data', (part: Buffer) => {
      byteLength += part.length;
    });
    stream.once('end', () => {
      const told = end();
      if (told)
        recordBackup(db, { way: 'page', by, byteLength, end: told }).catch((error: unknown) =>
          request.log.warn({ err: error }, 'backup'),
        );
    });
    return reply
      .header('content-disposition', `attachment; filename="${backupName(new Date())}"`)
      .header('x-content-type-options', 'nosniff')
      .type('application/gzip')
      .send(endWhenStalled(stream));
  });
};
