import { isIP } from 'node:net';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { parseNetwork } from '../../addresses/address.ts';
import { networksFrom } from '../../addresses/store.ts';
import type { Db } from '../../database/open.ts';
import { Type } from '../../json-schema.ts';
import { invalid } from '../../problem.ts';
import { viewerOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { typedAgain } from '../../web/forms.ts';
import { MAX_REPORT_BYTES } from '../../web/limits.ts';
import { orFormAgain } from '../../web/pages.ts';
import { fileOrPasted } from '../../web/uploads.ts';
import { keepSnapshot } from '../snapshots.ts';
import { subjectView } from '../subject-page.ts';

const Params = Type.Object({ subject: Type.String({ maxLength: 253 }) });

/** The message as a file, else as it was pasted. */
function messageIn(request: FastifyRequest): Buffer {
  const { raw } = fileOrPasted(request, 'message');
  if (raw.toString('latin1').trim() === '')
    throw invalid('message', 'There is nothing in it. Paste a message with its header, or choose an .eml.');
  return raw;
}

function addressIn(subject: string): string {
  const { text } = networksFrom('message', () => parseNetwork(subject));
  if (!isIP(text)) throw invalid('message', 'A message is sent from one address; choose one of the range.');
  return text;
}

/** The name that an address gives in HELO, as far as somebody said: its own, else that of the nearest range around it. */
async function heloOf(db: Db, address: string): Promise<string> {
  const row = await db
    .selectFrom('addresses')
    .select('hostname')
    .where(sql<boolean>`network >>= ${address}::inet`)
    .where('hostname', '!=', '')
    .orderBy(sql`masklen(network)`, 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.hostname ?? '';
}

export const samplePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  /** What a receiver would make of a message from this address. Its results are kept, the message is not. */
  app.post(
    '/evidence/:subject/sample',
    { config: { access: 'operator' }, bodyLimit: MAX_REPORT_BYTES, schema: { params: Params } },
    async (request, reply) => {
      const { subject } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const address = addressIn(subject);
          const raw = messageIn(request);
          // Both load when somebody brings a message, not with every start.
          const [{ readSample, SAMPLE }, world] = await Promise.all([
            import('./sample-message.ts'),
            app.desk.world(),
          ]);
          const now = new Date();
          const found = await readSample(
            raw,
            { address, helo: await heloOf(db, address) },
            { ...world, now },
          );
          const asked = { what: `sample ${address}`, input: raw };
          await formOnce(db, request, asked, async (trx) => {
            await keepSnapshot(trx, SAMPLE.key, { address }, found, now);
          });
          return reply.done(`/evidence/${address}#h-now`, `Sample message read: ${found.summary}.`);
        },
        async (problem) => ({
          view: 'evidence/subject',
          data: {
            ...(await subjectView(
              db,
              { address: addressIn(subject) },
              {},
              {
                zone: viewerOf(request).timeZone,
                now: new Date(),
              },
            )),
            errors: problem.fields,
            problem: problem.message,
            typed: typedAgain(request.body)['message'] ?? '',
          },
        }),
      );
    },
  );
};
