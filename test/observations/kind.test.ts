import t from 'tap';
import { DELIVERIES } from '../../src/observations/kind.ts';
import { CATALOGUE, testDesk } from '../desk.ts';

const NOW = new Date('2026-11-25T09:00:00Z');

t.test(
  'deliveries are evidence: what flows, what is mostly refused, and nothing where no log shows any',
  async (t) => {
    const { db } = await testDesk(t);
    const { id } = await db
      .insertInto('addresses')
      .values({ network: '203.0.113.7', check_every_hours: null, check_due_at: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    const world = { ask: async () => ({ status: 'no-name' }) as const, catalogue: CATALOGUE, now: NOW };
    const look = () => DELIVERIES.look(db, { address: '203.0.113.7', helo: '', domains: [] }, world);
    t.match(await look(), { outcome: 'note', summary: 'no log shows mail from here', facts: [] });
    const seen = (
      provider: string,
      outcome: 'accepted' | 'refused',
      count: number,
      hour = '2026-11-24T07:00:00Z',
    ) =>
      db
        .insertInto('observed_hours')
        .values({ address_id: id, provider, hour: new Date(hour), outcome, count })
        .execute();
    await seen('gmail', 'accepted', 200);
    await seen('yahoo', 'accepted', 95);
    await seen('yahoo', 'refused', 5);
    t.match(await look(), { outcome: 'good', summary: 'mail flows to 2 providers' });
    await seen('outlook-com', 'refused', 40);
    await seen('gmail', 'refused', 900, '2026-11-02T07:00:00Z');
    const found = await look();
    t.equal(found.summary, 'mostly refused by Outlook.com');
    t.strictSame(
      found.facts.map(({ key, outcome, words }) => [key, outcome, words]),
      [
        ['outlook-com', 'bad', '0 of 40 accepted in 7 days, 40 refused'],
        ['yahoo', 'note', '95 of 100 accepted in 7 days, 5 refused'],
        ['gmail', 'good', '200 of 200 accepted in 7 days'],
      ],
    );
  },
);
