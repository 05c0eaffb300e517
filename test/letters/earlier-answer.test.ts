import t from 'tap';
import { PROFILE, REFUSAL, signedIn, testDesk } from '../desk.ts';

t.test('what one letter was sent in spite of is offered in the next, with who, when and why', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/evidence', {
    claim: 'no-public-listing',
    result: 'contradicts',
    words: 'listed at list.example',
    source: 'own resolver',
    observedAt: new Date().toISOString(),
  });
  const browser = await signedIn(desk);
  const draft = async (template?: string) =>
    (await desk.api('POST', '/incidents/1/letters', template ? { template } : {})).body.id as number;
  const page = async (id: number) => (await browser.get(`/incidents/1/letters/${id}`)).body;
  const override = (id: number, about: Record<string, string>) =>
    browser.post(`/incidents/1/letters/${id}/overrides`, about);
  const send = (id: number) => desk.api('POST', `/letters/${id}/send`, { channel: 'form' });
  const offers = (html: string) =>
    [...html.matchAll(/<form class="earlier.*?<\/form>/gs)].map(([form]) => ({
      of: /name="(claim|finding)" value="([^"]*)"/.exec(form)?.slice(1),
      reason: /name="reason" value="([^"]*)"/.exec(form)?.[1],
      words: form.replace(/<[^>]*>/g, '').trim(),
    }));

  const first = await draft();
  t.strictSame(offers(await page(first)), [], 'nothing was answered yet');
  t.equal(
    (await override(first, { claim: 'no-public-listing', reason: 'a list <that> ended' })).statusCode,
    303,
  );
  t.equal((await send(first)).status, 200);

  const second = await draft('outlook-com/first');
  const [claim, ...others] = offers(await page(second));
  t.strictSame(others, []);
  t.match(claim, { of: ['claim', 'no-public-listing'], reason: 'a list &lt;that&gt; ended' });
  t.match(claim?.words, /^The operator overrode it .* in another letter: “a list &lt;that&gt; ended”/);
  t.match(await page(second), `href="/incidents/1/letters/${first}">another letter`);
  t.equal((await send(second)).status, 422, 'it is taken over by nobody but a person');
  t.equal(
    (await override(second, { claim: 'no-public-listing', reason: 'a list <that> ended' })).statusCode,
    303,
  );
  t.equal((await override(second, { finding: 'open-request', reason: 'the form was new' })).statusCode, 303);
  t.strictSame(offers(await page(second)), []);

  const third = await draft('outlook-com/first');
  t.match(
    offers(await page(third)).map(({ of, reason }) => [of?.[0], reason]),
    [
      ['finding', 'the form was new'],
      ['claim', 'a list &lt;that&gt; ended'],
    ],
    'findings that stop it as well',
  );
  const viewer = await signedIn(desk, 'viewer');
  t.notMatch((await viewer.get(`/incidents/1/letters/${third}`)).body, '/overrides"');
});
