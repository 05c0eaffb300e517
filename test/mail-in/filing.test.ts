import t from 'tap';
import { type Candidate, file, type Likeness } from '../../src/mail-in/filing/filing.ts';

const at = (incident: number, state: Candidate['state'] = 'awaiting-provider', provider = 'outlook-com') => ({
  incident,
  state,
  provider,
});
const NOTHING: Likeness = {
  answers: [],
  tagged: null,
  tickets: [],
  addresses: [],
  subjects: [],
  ofProvider: [],
};
const like = (some: Partial<Likeness>): Likeness => ({ ...NOTHING, ...some });
const THEM = { providers: ['outlook-com'], bySender: true };
const NOBODY = { providers: [], bySender: false };
const incidentOf = (some: Partial<Likeness>, sender = THEM) => file(like(some), sender).incident;

t.test('the nearest message that it answers decides', async (t) => {
  t.equal(incidentOf({ answers: [[], [at(3)], [at(4)]] }), 3);
  t.equal(incidentOf({ answers: [[at(3)]], tickets: [{ ...at(4), reference: 'X1' }] }, NOBODY), 3);
  t.equal(incidentOf({ answers: [[at(3), at(4)]], tagged: at(3) }), null, 'two incidents are for a person');
});

t.test('our signed reply address is next, then the ticket of the right provider', async (t) => {
  t.equal(incidentOf({ tagged: at(5), tickets: [{ ...at(4), reference: 'X1' }] }, NOBODY), 5);
  const ticket = { ...at(4, 'closed'), reference: 'X1' };
  t.equal(incidentOf({ tickets: [ticket] }), 4, 'closed or not');
  t.equal(incidentOf({ tickets: [ticket] }, { providers: ['gmail'], bySender: true }), null);
  t.equal(incidentOf({ tickets: [ticket, { ...at(6), reference: 'X1' }] }), null);
});

t.test('sender and address are certain only where one open incident fits', async (t) => {
  const named = (incident: number, state?: Candidate['state'], provider?: string) => ({
    ...at(incident, state, provider),
    address: '203.0.113.7',
  });
  t.equal(incidentOf({ addresses: [named(7), named(2, 'closed'), named(9, 'open', 'gmail')] }), 7);
  t.equal(incidentOf({ addresses: [named(7), named(8)] }), null);
  t.equal(incidentOf({ addresses: [named(2, 'closed')] }), null);
  t.equal(incidentOf({ addresses: [named(7)] }, { providers: ['outlook-com'], bySender: false }), null);
  t.equal(
    incidentOf({
      addresses: [named(7)],
      tickets: [
        { ...at(8), reference: 'X1' },
        { ...at(9), reference: 'X1' },
      ],
    }),
    null,
    'a ticket that says otherwise is not passed over',
  );
});

t.test(
  'suggestions are ranked by all that speaks for them, five at most, each with its reasons',
  async (t) => {
    const found = like({
      addresses: [
        { ...at(1), address: '203.0.113.7' },
        { ...at(2), address: '203.0.113.9' },
      ],
      subjects: [at(2)],
      ofProvider: [at(2), at(3), at(4), at(5), at(6), at(7)],
    });
    const filing = file(found, THEM);
    if (filing.incident !== null) throw new Error('nothing is certain here');
    const { suggestions } = filing;
    t.equal(suggestions.length, 5);
    t.match(suggestions[0], {
      incident: 2,
      why: 'it is from its provider and names 203.0.113.9; it has the subject of a message that we sent; its provider owes an answer',
    });
    t.ok(suggestions.every(({ score }, index) => score > 0 && score <= (suggestions[index - 1]?.score ?? 1)));
    const open = { ...at(1, 'open'), address: '203.0.113.7' };
    t.match(
      file(like({ addresses: [open, { ...at(2), address: '203.0.113.9' }], ofProvider: [open] }), THEM),
      { suggestions: [{ incident: 1, why: 'it is from its provider and names 203.0.113.7' }, {}] },
      'that it is from its provider is said once',
    );
    const closed = file(like({ subjects: [at(1, 'closed'), at(2)] }), NOBODY);
    t.match(closed, { suggestions: [{ incident: 2 }, { incident: 1, why: /it is closed/ }] });
    t.strictSame(file(NOTHING, NOBODY), { incident: null, suggestions: [] });
  },
);
