import t from 'tap';
import { ownKeyOf } from '../../src/playbooks/own.ts';
import { CATALOGUE, signedIn, testDesk } from '../desk.ts';

const SEASIDE = {
  name: 'Seaside Mail',
  kind: 'mailbox-provider',
  languages: ['en', 'de'],
  domains: ['seaside.example.net'],
  hosts: ['*.mx.seaside.example.net'],
  phrases: ['harbour master says no entry'],
};
const REFUSAL =
  'host a.mx.seaside.example.net[192.0.2.9] said: 550 Harbour master says no entry for 203.0.113.7';

t.test('no release has a key that begins as those of own providers do', async (t) => {
  t.strictSame(
    CATALOGUE.providers.filter(({ key }) => key.startsWith('own-')),
    [],
  );
  t.equal(ownKeyOf('Søren’s Mail & Co.'), 'own-s-ren-s-mail-co');
  t.equal(ownKeyOf('邮件'), 'own-provider');
});

t.test('an own provider is recognised, has a playbook, and letters of its language', async (t) => {
  const { api, ...desk } = await testDesk(t);
  t.match(await api('POST', '/providers', SEASIDE), { status: 201, body: { key: 'own-seaside-mail' } });
  t.match(await api('POST', '/parse', { text: REFUSAL }), {
    body: { rejections: [{ provider: 'own-seaside-mail', ip: '203.0.113.7', reason: 'ip-reputation' }] },
  });
  const logged = await api('POST', '/incidents', { report: REFUSAL });
  t.match(logged, { status: 201, body: { provider: 'own-seaside-mail' } });
  const browser = await signedIn({ api, ...desk });
  const page = await browser.get('/providers/own-seaside-mail');
  t.equal(page.statusCode, 200);
  t.match(page.body, /Change names, domains and words/);
  t.match(await api('DELETE', '/providers/own-seaside-mail'), {
    status: 422,
    body: { detail: /Incident #1 is about/ },
  });
  t.equal((await api('POST', '/incidents/1/letters', {})).status, 201);
});

t.test('names and words that are another’s are refused, each beside its field', async (t) => {
  const { api } = await testDesk(t);
  const wrong: [change: object, field: string, says: RegExp][] = [
    [{ name: 'GMAIL' }, 'name', /named Gmail already/],
    [{ domains: ['gmail.com'] }, 'domains', /belongs to Gmail/],
    [{ domains: ['*.com'] }, 'domains', /nobody can|no name/],
    [{ domains: ['not a domain'] }, 'domains', /no name/],
    [{ hosts: ['*.olc.protection.outlook.com'] }, 'hosts', /belongs to Outlook/],
    [{ phrases: ['550'] }, 'phrases', /too short/],
    [{ phrases: ['is rate limited due to IP reputation'] }, 'phrases', /Outlook\.com too/],
    [{ senders: ['gmail.com'] }, 'senders', /proves nothing/],
  ];
  for (const [change, field, says] of wrong) {
    const { status, body } = await api('POST', '/providers', { ...SEASIDE, ...change });
    t.equal(status, 422, JSON.stringify(change));
    t.match(body.fields?.[field], says, JSON.stringify(change));
  }
  t.notOk(
    (await api('GET', '/providers')).body.items.some(({ key }: { key: string }) => key.startsWith('own-')),
  );
});

t.test('what a pattern could be stays words', async (t) => {
  const { api } = await testDesk(t);
  await api('POST', '/providers', {
    ...SEASIDE,
    domains: [],
    hosts: [],
    phrases: ['(a+)+$ harbour [says] .* no'],
  });
  const { body } = await api('POST', '/parse', { text: '550 harbour says anything no 203.0.113.7' });
  t.not(body.rejections[0]?.provider, 'own-seaside-mail');
  const literal = await api('POST', '/parse', { text: '550 (a+)+$ harbour [says] .* no 203.0.113.7' });
  t.equal(literal.body.rejections[0]?.provider, 'own-seaside-mail');
});
