import t from 'tap';
import { PROFILE, REFUSAL, signedIn, testDesk } from '../../desk.ts';

type Finding = { key: string; level: string; overridden: string | null; until: string | null };

async function deskWithIncident(t: Parameters<typeof testDesk>[0]) {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', { ...PROFILE, sendingDomains: ['shop.example.net'] });
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const draft = async (number: number, template?: string) => {
    const answer = await desk.api('POST', `/incidents/${number}/letters`, template ? { template } : {});
    t.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body as { id: number; subject: string; body: string; findings: Finding[] };
  };
  const send = (id: number, more: object = {}) =>
    desk.api('POST', `/letters/${id}/send`, { channel: 'form', ...more });
  const denied = (number: number) =>
    desk.api('POST', `/incidents/${number}/messages`, {
      direction: 'in',
      from: 'support@provider.example',
      body: 'Our investigation shows that 203.0.113.7 does not qualify for mitigation.',
    });
  return { ...desk, draft, send, denied };
}
const stopsOf = (findings: Finding[]) => findings.filter((one) => one.level === 'stop').map((one) => one.key);

t.test('with the least that is known every first request leaves without an override', async (t) => {
  const desk = await deskWithIncident(t);
  const firsts = (await desk.desk.letters.current(desk.db)).filter((one) => one.round === 'first');
  for (const [index, template] of firsts.entries()) {
    const provider = template.provider ?? 'outlook-com';
    const address = `203.0.113.${index + 20}`;
    const logged = await desk.api('POST', '/incidents', {
      report: `550 5.7.1 refused ${address}`,
      provider,
      addresses: [address],
    });
    const letter = await desk.api('POST', `/incidents/${logged.body.number}/letters`, {
      template: template.key,
      language: template.language,
    });
    t.strictSame(stopsOf(letter.body.findings), [], `${template.key} ${template.language}`);
    t.equal((await desk.send(letter.body.id)).status, 200, `${template.key} ${template.language}`);
  }
});

t.test('a stop keeps a letter, is named, and is overridden with a reason that stays', async (t) => {
  const desk = await deskWithIncident(t);
  const { id, body } = await desk.draft(1);
  await desk.api('PATCH', `/letters/${id}`, {
    body: body.replace('Hello,', 'Hello,\n\nThis is urgent, and our lawyers know.'),
  });
  const refused = await desk.send(id);
  t.match(refused, {
    status: 422,
    body: {
      type: '/problems#letter-stopped',
      detail: /urgent.*lawyers|lawyers.*urgent/s,
      stops: [{ rule: 'R8' }, { rule: 'R7' }],
    },
  });
  const [first, second] = refused.body.stops.map((one: Finding) => one.key);
  t.match(await desk.api('PATCH', `/letters/${id}`, { overrides: [{ finding: first, reason: ' ' }] }), {
    status: 422,
    body: { fields: { reason: String } },
  });
  t.match(await desk.api('PATCH', `/letters/${id}`, { overrides: [{ finding: 'no-such', reason: 'x' }] }), {
    status: 422,
    body: { fields: { finding: String } },
  });
  const patched = await desk.api('PATCH', `/letters/${id}`, {
    overrides: [
      { finding: first, reason: 'they asked how urgent it is' },
      { finding: second, reason: 'they asked for their names' },
    ],
  });
  t.match(
    patched.body.findings.find((one: Finding) => one.key === first),
    { level: 'stop', overridden: 'they asked how urgent it is' },
  );
  t.equal((await desk.send(id)).status, 200);
  const { body: sent } = await desk.api('GET', `/letters/${id}`);
  t.match(sent.overrides, [
    { kind: 'finding', key: first, reason: 'they asked how urgent it is' },
    { kind: 'finding', key: second },
  ]);
  const { body: timeline } = await desk.api('GET', '/incidents/1/timeline?limit=100');
  t.match(
    timeline.items.filter((one: { kind: string }) => one.kind === 'finding-overridden'),
    [{ detail: { rule: 'R8', reason: 'they asked how urgent it is' } }, { detail: { rule: 'R7' } }],
  );
  const page = await (await signedIn(desk)).get(`/incidents/1/letters/${id}`);
  t.match(page.body, /Sent in spite of[\s\S]*they asked how urgent it is/);
});

t.test('one request is open for an address and desk, also beside another incident', async (t) => {
  const desk = await deskWithIncident(t);
  t.equal((await desk.send((await desk.draft(1)).id)).status, 200);
  const again = await desk.draft(1, 'outlook-com/first');
  t.strictSame(stopsOf(again.findings), ['open-request']);
  t.match(await desk.send(again.id), {
    status: 422,
    body: { stops: [{ key: 'open-request', until: String }] },
  });

  const other = await desk.api('POST', '/incidents', {
    report: `${REFUSAL} (again)`,
    provider: 'outlook-com',
    addresses: ['203.0.113.0/29'],
  });
  t.equal(other.status, 201, JSON.stringify(other.body));
  const beside = await desk.draft(other.body.number, 'outlook-com/first');
  t.strictSame(stopsOf(beside.findings), ['open-request'], 'the range holds the address');
  t.match(await desk.send(beside.id), { status: 422, body: { detail: /#1/ } });

  const elsewhere = await desk.api('POST', '/incidents', {
    report: '421 4.7.0 [TSS04] deferred',
    provider: 'yahoo',
    addresses: ['203.0.113.7'],
  });
  t.strictSame(stopsOf((await desk.draft(elsewhere.body.number)).findings), [], 'another desk');

  await desk.denied(1);
  t.strictSame(
    stopsOf((await desk.api('GET', `/letters/${again.id}`)).body.findings),
    [],
    'answered: nothing is open',
  );
});

t.test('what is only recorded afterwards is not held up', async (t) => {
  const desk = await deskWithIncident(t);
  const hours = (n: number) => new Date(Date.now() - n * 3_600_000).toISOString();
  t.equal((await desk.send((await desk.draft(1)).id, { sentAt: hours(30) })).status, 200);
  const again = await desk.draft(1, 'outlook-com/first');
  t.equal((await desk.send(again.id, { sentAt: hours(29) })).status, 200);
});

t.test('after a no, a second review needs something new', async (t) => {
  const desk = await deskWithIncident(t);
  const first = await desk.draft(1);
  await desk.send(first.id, { reference: 'SRX1790000001ID' });
  await desk.denied(1);
  const second = await desk.draft(1);
  t.strictSame(stopsOf(second.findings), ['nothing-new']);
  t.match(await desk.send(second.id), { status: 422, body: { stops: [{ key: 'nothing-new' }] } });

  const browser = await signedIn(desk);
  const page = await browser.get(`/incidents/1/letters/${second.id}`);
  t.match(page.body, /What is new since[\s\S]*No fact yet/);
  t.match(page.body, /<del>[\s\S]*<ins>/);

  await desk.api('POST', '/incidents/1/evidence', {
    claim: 'no-compromise-found',
    result: 'supports',
    words: 'sign-ins of 30 days',
    source: 'our logs',
  });
  const { body } = await desk.api('GET', `/letters/${second.id}`);
  t.strictSame(stopsOf(body.findings), []);
  t.match(
    body.findings.find((one: Finding) => one.key === 'new-facts'),
    { advice: /sign-ins of 30 days/ },
  );
  t.equal((await desk.send(second.id)).status, 200, 'an answer to a verdict may leave at once');
});

t.test('the composer shows each finding with its sentence, and again while somebody writes', async (t) => {
  const desk = await deskWithIncident(t);
  const { id, subject, body } = await desk.draft(1);
  const browser = await signedIn(desk);
  const page = await browser.get(`/incidents/1/letters/${id}`);
  t.match(page.body, /id="gate"[\s\S]*Nothing is known of the cause/);
  const typed = body.replace('Hello,', 'Hello,\n\nLift it IMMEDIATELY, <b>please</b>.');
  const checked = await browser.post(`/incidents/1/letters/${id}/judging`, {
    subject,
    body: typed,
    version: '1',
  });
  t.equal(checked.statusCode, 200);
  t.match(checked.body, 'Lift it <mark>IMMEDIATELY</mark>, &lt;b&gt;please&lt;/b&gt;.');
  t.match(checked.body, /name="finding" value="phrase:immediately"/);
  t.notMatch(checked.body, /<html/);
  t.equal((await desk.api('GET', `/letters/${id}`)).body.body, body, 'nothing is saved');
  const viewer = await signedIn(desk, 'viewer');
  t.notMatch((await viewer.get(`/incidents/1/letters/${id}`)).body, /data-words|data-judging/);
});

t.test('the page overrides with a reason, and asks for one', async (t) => {
  const desk = await deskWithIncident(t);
  await desk.send((await desk.draft(1)).id);
  const { id } = await desk.draft(1, 'outlook-com/first');
  const browser = await signedIn(desk);
  await browser.get(`/incidents/1/letters/${id}`);
  const empty = await browser.post(`/incidents/1/letters/${id}/overrides`, {
    finding: 'open-request',
    reason: '',
  });
  t.equal(empty.statusCode, 422);
  t.match(empty.body, /Say why it is sent all the same/);
  const done = await browser.post(`/incidents/1/letters/${id}/overrides`, {
    finding: 'open-request',
    reason: 'they asked for a new form',
  });
  t.equal(done.statusCode, 303);
  t.match(
    (await browser.get(`/incidents/1/letters/${id}`)).body,
    /they asked for a new form \(The operator\)/,
  );
});
