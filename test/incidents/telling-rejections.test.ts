import t from 'tap';
import { getIncident } from '../../src/incidents/store.ts';
import { tellingRejections } from '../../src/incidents/telling-rejections.ts';
import { ruleOf } from '../../src/letters/rule-of.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { testDesk } from '../desk.ts';

const GMAIL = readCatalogue().byKey.get('gmail');

const SLOWED =
  '421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address [203.0.113.7]. To protect our users from spam, mail sent from your IP address has been temporarily rate limited.';
const REPUTATION =
  '550-5.7.1 [203.0.113.7 19] Gmail has detected that this message is likely suspicious due to the very low reputation of the sending IP address.';
const PLAIN = '550 5.7.1 203.0.113.7 is not welcome here';

t.test('letters and next step go by the newest rejection that a rule of its provider fits', async (t) => {
  const { db, api } = await testDesk(t);
  const telling = async () => (await tellingRejections(db, [1])).get(1);
  const said = async (report: string) => {
    const { status } = await api('POST', '/incidents', { report, provider: 'gmail' });
    t.match(String(status), /^20[01]$/);
  };
  await said(SLOWED);
  t.equal((await telling())?.rule, 'gmail/unusual-rate-ip');
  t.equal((await telling())?.temporary, true);

  await said(REPUTATION);
  t.match(await telling(), { rule: 'gmail/low-ip-reputation', temporary: false });
  t.equal(await ruleOf(db, await getIncident(db, 1), GMAIL), 'low-ip-reputation');

  const before = (await telling())?.newest_id;
  await said(PLAIN);
  t.equal((await telling())?.rule, 'gmail/low-ip-reputation', 'what fits no rule says nothing new');
  t.not((await telling())?.newest_id, before, 'and is the newest all the same');
  t.equal(
    await ruleOf(db, { ...(await getIncident(db, 1)), provider: 'another' }, undefined),
    null,
    'a rule of somebody else is none of its own',
  );
});

t.test(
  'where no rule fits, the newest of all is told, and an incident without rejections has none',
  async (t) => {
    const { db, api } = await testDesk(t);
    await api('POST', '/incidents', { report: PLAIN, provider: 'gmail' });
    t.equal(await ruleOf(db, await getIncident(db, 1), GMAIL), null);
    t.ok((await tellingRejections(db, [1])).get(1)?.newest_id);
    t.equal((await tellingRejections(db, [2])).size, 0);
  },
);
