import t from 'tap';
import { LONGEST_LINE, MOST_TURNS, shownText } from '../../src/web/shown-text.ts';
import { BOOTSTRAP, REFUSAL, signedIn, testDesk } from '../desk.ts';

t.test('of a line that is too long its beginning is shown, with how much more there is', async (t) => {
  const whole = `short\n${'x'.repeat(LONGEST_LINE)}\n\nend`;
  t.equal(shownText(whole), whole);
  t.equal(
    shownText(`a\n${'x'.repeat(LONGEST_LINE + 1234)}\nb`),
    `a\n${'x'.repeat(LONGEST_LINE)}… [1,234 more characters of this line]\nb`,
  );
  const halves = shownText(`${'x'.repeat(LONGEST_LINE - 1)}📬`);
  t.ok(halves.isWellFormed(), 'no sign is cut in two');
  t.equal(shownText('x'.repeat(25_000_000)).length < 2 * LONGEST_LINE, true);
});

t.test('of a text that turns its direction too often its beginning is shown', async (t) => {
  const once = 'a\nא\n';
  t.equal(shownText(once.repeat(MOST_TURNS)), once.repeat(MOST_TURNS));
  t.equal(
    shownText(`${once.repeat(MOST_TURNS)}${'bבc'.repeat(400)}`),
    `${once.repeat(MOST_TURNS)}b…\n[1,199 more characters, which turn between right-to-left and left-to-right too often to be shown]`,
  );
  for (const whole of ['مرحبا بالعالم، 2026\n', 'שלום עולם!\n', 'Straße, дом, 漢字 and 📬\n'])
    t.equal(shownText(whole.repeat(9000)).includes('too often'), /2026/.test(whole), whole);
  const began = performance.now();
  for (const hostile of ['א', 'א ', 'אa', 'a', '\u200F', '𞤀a']) shownText(`${hostile}\n`.repeat(2_000_000));
  t.ok(performance.now() - began < 10_000, 'in a time that grows with its length');
});

t.test(
  'a million characters in one line of a mail: pages show its beginning, the download has all',
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    const browser = await signedIn(desk);
    const body = `We looked at it. ${'y'.repeat(1_000_000)} and nothing more.`;
    const headers = { 'content-type': 'message/rfc822' };
    const mail = `From: desk@example.com\r\nSubject: Answer\r\nMessage-ID: <long@example.com>\r\n\r\n${body}\r\n`;
    const made = await desk.app.inject({
      method: 'POST',
      url: '/api/v1/incidents/1/messages',
      headers: { ...headers, authorization: `Bearer ${BOOTSTRAP}` },
      payload: mail,
    });
    t.equal(made.statusCode, 201, made.body.slice(0, 300));
    const here = `/incidents/1/messages/${made.json().id}`;
    for (const page of [here, `${here}/source-text`, '/incidents/1/conversation']) {
      const answer = await browser.get(page);
      t.equal(answer.statusCode, 200);
      t.match(answer.body, /We looked at it\. y{4000}/, page);
      t.notMatch(answer.body, 'y'.repeat(LONGEST_LINE), page);
      t.match(answer.body, /more characters of this line\]/, page);
    }
    t.match((await browser.get(`${here}/source`)).body, 'y'.repeat(1_000_000));
  },
);
