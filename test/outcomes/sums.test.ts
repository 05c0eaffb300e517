import fc from 'fast-check';
import t from 'tap';
import type { Claim } from '../../src/letters/claims/claims.ts';
import { outcomesOf } from '../../src/outcomes/outcome.ts';
import { countBacklog, recountOutcomes } from '../../src/outcomes/store.ts';
import { changesOf, type Sum } from '../../src/outcomes/sums.ts';
import { PROFILE, REFUSAL, type TestDesk, testDesk } from '../desk.ts';

const REPLIES = {
  denied: 'Our review found that 203.0.113.7 does not qualify for mitigation.',
  mitigated: 'We have implemented mitigation for your IP 203.0.113.7. Please allow 24 to 48 hours.',
  acknowledged: 'We have received your request SRX1790000001ID and will look into it.',
};

const named = (sums: Sum[]) =>
  Object.fromEntries(sums.map((sum) => [`${sum.provider} ${sum.template} ${sum.claim}`, sum]));

/** All counted anew, from letters and messages alone. */
async function fullCount({ db }: TestDesk): Promise<Sum[]> {
  const letters = await db.selectFrom('letters').selectAll().where('state', '=', 'sent').execute();
  const answers = await db
    .selectFrom('messages')
    .select(['incident_number', 'at', 'verdict'])
    .where('direction', '=', 'in')
    .where('applied', '=', true)
    .execute();
  const incidents = await db.selectFrom('incidents').select(['number', 'provider']).execute();
  const all = incidents.flatMap(({ number, provider }) =>
    outcomesOf(
      letters
        .filter(
          (one) => one.incident_number === number && one.round !== 'thanks' && one.round !== 'ask-cause',
        )
        .map((one) => ({
          id: one.id,
          template: one.template,
          language: one.language,
          round: one.round,
          wording: 0,
          claims: (one.claims as Claim[])
            .filter((claim) => claim.stated === 'fact')
            .map((claim) => claim.key),
          sentAt: one.sent_at ?? new Date(0),
        })),
      answers.flatMap((one) =>
        one.incident_number === number && one.verdict ? [{ at: one.at, verdict: one.verdict }] : [],
      ),
    ).map((outcome) => ({ ...outcome, provider })),
  );
  return changesOf([], all);
}

async function keptSums({ db }: TestDesk): Promise<Sum[]> {
  const rows = await db.selectFrom('outcome_sums').selectAll().execute();
  return rows
    .map(({ answer_steps: answerSteps, mitigation_steps: mitigationSteps, ...sum }) => ({
      ...sum,
      answerSteps,
      mitigationSteps,
    }))
    .filter((sum) => sum.sent > 0);
}

t.test('the sums that are kept are those of a full count, whatever happened in whatever order', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  for (const ip of ['203.0.113.7', '203.0.113.8'])
    await desk.api('POST', '/incidents', { report: REFUSAL.replace('203.0.113.7', ip) });
  // One letter for certain: what comes after is drawn by lot.
  const { body } = await desk.api('POST', '/incidents/1/letters', {});
  await desk.api('POST', `/letters/${body.id}/send`, { channel: 'form' });
  const incident = fc.constantFrom(1, 2);
  const step = fc.oneof(
    fc.record({
      what: fc.constant('letter' as const),
      incident,
      template: fc.constantFrom('outlook-com/first', 'outlook-com/second-review', 'outlook-com/thanks'),
    }),
    fc.record({
      what: fc.constant('answer' as const),
      incident,
      verdict: fc.constantFrom(...(Object.keys(REPLIES) as (keyof typeof REPLIES)[])),
    }),
    fc.record({
      what: fc.constant('correct' as const),
      incident,
      verdict: fc.constantFrom('denied', 'conditionally-mitigated', 'other'),
    }),
    fc.record({ what: fc.constant('move' as const), incident }),
  );
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
      for (const one of steps) {
        n += 1;
        if (one.what === 'letter') {
          const { body } = await desk.api('POST', `/incidents/${one.incident}/letters`, {
            template: one.template,
          });
          if (body.id) {
            await desk.api('PATCH', `/letters/${body.id}`, { body: `${body.body}\n${n}` });
            await desk.api('POST', `/letters/${body.id}/send`, {
              channel: 'form',
              reference: 'SRX1790000001ID',
            });
          }
        } else if (one.what === 'answer')
          await desk.api('POST', `/incidents/${one.incident}/messages`, {
            direction: 'in',
            from: 'support@microsoft.com',
            body: `${REPLIES[one.verdict]}\n\n${n}`,
          });
        else {
          const message = await desk.db
            .selectFrom('messages')
            .select('id')
            .where('incident_number', '=', one.incident)
            .where('direction', '=', 'in')
            .orderBy('id', 'desc')
            .executeTakeFirst();
          if (!message) continue;
          if (one.what === 'correct')
            await desk.api('PATCH', `/incidents/${one.incident}/messages/${message.id}`, {
              verdict: one.verdict,
            });
          else await desk.api('POST', `/messages/${message.id}/filing`, { incident: 3 - one.incident });
        }
      }
      t.strictSame(named(await keptSums(desk)), named(await fullCount(desk)));
    }),
    { numRuns: 6 },
  );
  t.ok((await keptSums(desk)).length > 0, 'letters were counted');
});

t.test('letters from before there were sums are counted once, by however many processes', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const { body } = await desk.api('POST', '/incidents/1/letters', {});
  await desk.api('POST', `/letters/${body.id}/send`, { channel: 'form' });
  const before = named(await keptSums(desk));
  await desk.db.deleteFrom('letter_outcomes').execute();
  await desk.db.deleteFrom('outcome_sums').execute();
  await desk.db.insertInto('outcome_backlog').values({ incident_number: 1 }).execute();
  const counted = await Promise.all([countBacklog(desk.db), countBacklog(desk.db)]);
  t.equal(counted[0] + counted[1], 1);
  t.strictSame(named(await keptSums(desk)), before);
  await desk.db.transaction().execute((trx) => recountOutcomes(trx, 1));
  t.strictSame(named(await keptSums(desk)), before, 'counting again changes nothing');
});
