import t from 'tap';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { signedIn, testDesk } from '../desk.ts';

t.test('every provider has a page, and a list’s page shows its zones with their answers', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  for (const provider of readCatalogue().providers) {
    const page = await browser.get(`/providers/${provider.key}`);
    t.equal(page.statusCode, 200, provider.key);
    t.equal(page.body.includes('Zones and their answers'), provider.zones !== undefined, provider.key);
    for (const { zone } of provider.zones ?? []) t.ok(page.body.includes(`<code>${zone}</code>`), zone);
  }
  const { body } = await browser.get('/providers/senderscore');
  t.match(body, /<code>bit 4<\/code>.{0,200}pristine trap.{0,200}a listing/s);
  t.match(body, /<code>127\.255\.255\.255<\/code>.{0,300}no listing: refused/s);
  t.match((await browser.get('/providers/dronebl')).body, /lookup\?ip(?:=|&#x3D;)\{address\}/);
});
