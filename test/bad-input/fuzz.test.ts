import t from 'tap';
import { BOOTSTRAP, signedIn, type TestDesk } from '../desk.ts';
import { deskWithDraft, postMail, postParts } from './bad-input.fixture.ts';

/** The same numbers in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const PIECES = [
  '550 5.7.1 ',
  'S3150',
  '[203.0.113.7]',
  '\r\n',
  '\n\n',
  '\0',
  '{',
  '}',
  '"',
  "'",
  '<script>',
  '{{x}}',
  'From: ',
  'Content-Type: multipart/mixed; boundary="b"',
  '--b',
  'Status: 5.0.0',
  'said: ',
  '::ffff:',
  '999.1.1.1',
  '\ud800',
  '\u202e',
  '𝒳',
  '%',
  '_',
  '\\',
  '/',
  '../',
  '-1',
  '9223372036854775808',
  'NaN',
  '2026-13-45',
  'a@b',
  'é',
  '\t',
  ' ',
];
const textOf = (next: ReturnType<typeof random>) =>
  Array.from({ length: next(30) }, () =>
    next(4) === 0 ? String.fromCharCode(next(0xffff)) : (PIECES[next(PIECES.length)] ?? ''),
  ).join('');
const bytesOf = (next: ReturnType<typeof random>) =>
  Buffer.from(Array.from({ length: next(400) }, () => next(256)));

const ROUNDS = 60;

async function query(desk: TestDesk, path: string): Promise<number> {
  const answer = await desk.app.inject({ url: path, headers: { authorization: `Bearer ${BOOTSTRAP}` } });
  return answer.statusCode;
}

t.test('whatever is sent to be read, recorded or looked for, nothing fails on our side', async (t) => {
  const desk = await deskWithDraft(t);
  const browser = await signedIn(desk, 'admin');
  await browser.get('/log');
  for (let round = 0; round < ROUNDS; round++) {
    const next = random(round);
    const text = textOf(next);
    const bytes = bytesOf(next);
    const what = `round ${round}: ${JSON.stringify(text).slice(0, 120)}`;
    const param = encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '?'));
    const statuses = [
      (await desk.api('POST', '/parse', { text })).status,
      (await desk.api('POST', '/incidents', { report: text, provider: textOf(next), addresses: [text] }))
        .status,
      (await desk.api('POST', '/incidents', { report: text, provider: 'gmail', addresses: ['203.0.113.7'] }))
        .status,
      (
        await desk.api('POST', '/incidents/1/messages', {
          direction: 'in',
          body: text,
          subject: text,
          from: text,
        })
      ).status,
      (await desk.api('POST', '/incidents/1/notes', { text })).status,
      (await postMail(desk, 1, bytes)).status,
      (await postMail(desk, 1, text)).status,
      (
        await postParts(browser, '/log', [
          { name: 'file', value: bytes, file: text.replace(/["\r\n\0]/g, '') },
        ])
      ).statusCode,
      (await browser.post('/log', { report: text, addresses: text, note: text, to: text })).statusCode,
      (await browser.post('/addresses', { address: text, notes: text, inUseSince: text })).statusCode,
      (await browser.post('/incidents/1/tickets', { reference: text, channel: 'form', address: text }))
        .statusCode,
      (await browser.post('/incidents/1/recovery', { words: text, at: text })).statusCode,
      await query(desk, `/api/v1/incidents?q=${param}`),
      await query(desk, `/api/v1/incidents?address=${param}&cursor=${param}`),
      await query(desk, `/api/v1/addresses?q=${param}`),
      (await browser.get(`/incidents?q=${param}&state=${param}&provider=${param}`)).statusCode,
      (await browser.get(`/addresses?q=${param}`)).statusCode,
    ];
    t.ok(
      statuses.every((status) => status < 500),
      `${what}: ${statuses}`,
    );
  }
  for (const url of ['/', '/incidents', '/incidents/1', '/incidents/1/dossier', '/addresses'])
    t.equal((await browser.get(url)).statusCode, 200, `${url} shows all of it`);
});
