import t from 'tap';
import { PROFILE, signedIn, testDesk } from '../desk.ts';

t.test('a text that is too long is named at its field, and comes back as it was typed', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  const browser = await signedIn(desk);
  const page = (await browser.get('/settings/profile')).body;
  const version = /name="version" value="(\d+)"/.exec(page)?.[1] ?? '';
  const typed = { name: 'Harbour', sendingDomains: 'harbour.example.com', version };
  const most = {
    contactName: 200,
    contactPhone: 60,
    postalAddress: 1000,
    mailKinds: 1000,
    optIn: 2000,
    programmes: 2000,
  };
  for (const [field, length] of Object.entries(most)) {
    const text = `${'a'.repeat(length)}END`;
    const { statusCode, body } = await browser.post('/settings/profile', { ...typed, [field]: text });
    t.equal(statusCode, 422, field);
    t.match(body, `id="error-${field}">Too long: at most ${length} characters.`);
    t.match(body, text);
  }
});
