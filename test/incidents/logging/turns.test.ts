import t from 'tap';
import { REFUSAL, testDesk } from '../../desk.ts';

const outlook = (ip: string) => REFUSAL.replace('203.0.113.7', ip);
const tOnline = (ip: string) =>
  `554 IP=${ip} - None/bad reputation. Ask tobr@rx.t-online.de for reset. (NOWL)`;
const A = '203.0.113.21';
const B = '203.0.113.22';

t.test('reports on several providers at once wait for each other, and never in a circle', async (t) => {
  const { api } = await testDesk(t);
  // The provider that is refused most comes first: each of two begins with another, and with another address.
  const reports = [
    [outlook(A), outlook(A).replace('S3150', 'S3140'), tOnline(B)],
    [tOnline(A), tOnline(A).replace('reset', 'a reset'), outlook(B)],
    [tOnline(B), tOnline(B).replace('reset', 'a reset'), outlook(A)],
    [outlook(B), outlook(B).replace('S3150', 'S3140'), tOnline(A)],
  ].map((lines) => lines.join('\n'));
  for (let round = 0; round < 3; round += 1) {
    const answers = await Promise.all(reports.map((report) => api('POST', '/incidents', { report })));
    for (const answer of answers) t.ok([200, 201].includes(answer.status), JSON.stringify(answer.body));
  }
  const { body } = await api('GET', '/incidents');
  t.strictSame(
    body.items
      .map((one: { provider: string; addresses: string[] }) => `${one.provider} ${one.addresses}`)
      .sort(),
    [`outlook-com ${A}`, `outlook-com ${B}`, `t-online ${A}`, `t-online ${B}`],
    'and no block is logged twice',
  );
});

t.test('a report that goes to several incidents names all of them', async (t) => {
  const { api } = await testDesk(t);
  const report = [outlook(A), tOnline(A)].join('\n');
  t.equal((await api('POST', '/incidents', { report })).status, 201);
  const again = await api('POST', '/incidents', { report });
  t.equal(again.status, 200);
  t.strictSame(Object.keys(again.body).sort(), ['alsoAppendedTo', 'appendedTo']);
  t.strictSame([again.body.appendedTo, ...again.body.alsoAppendedTo].sort(), [1, 2]);
});
