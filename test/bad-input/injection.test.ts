import t from 'tap';
import { PROFILE, signedIn } from '../desk.ts';
import { deskWithDraft } from './bad-input.fixture.ts';

// Header injection: RT CVE-2012-4730, CVE-2013-3373; Nodemailer CVE-2026-82853, CVE-2025-13033.
t.test('no text of ours begins a second header in the letter as a mail', async (t) => {
  const desk = await deskWithDraft(t);
  const browser = await signedIn(desk);
  const forged = 'X\r\nBcc: everybody@example.com\r\n\r\nAnother body';
  await desk.api('PUT', '/profile', { ...PROFILE, name: forged, contactName: `${forged} {{constructor}}` });
  await desk.api('PATCH', `/letters/${desk.letter}`, {
    subject: `${forged} =?utf-8?q?=0ABcc:_x@example.com?=`,
  });
  const answer = await browser.get(`/incidents/1/letters/${desk.letter}/letter.eml`);
  t.equal(answer.statusCode, 200);
  t.match(answer.headers['content-disposition'], /^attachment; /);
  const head = answer.body.split('\r\n\r\n', 1)[0] ?? '';
  const names = head
    .split(/\r\n(?![ \t])/)
    .map((line) => line.split(':', 1)[0]?.toLowerCase())
    .sort();
  t.notOk(names.includes('bcc'), head);
  t.equal(new Set(names).size, names.length, 'no header comes twice');
});

// Formula injection: OTRS CVE-2026-93581; SolarWinds CVE-2019-20002.
t.test('the key of a provider in the figures is never a formula', async (t) => {
  const desk = await deskWithDraft(t);
  const browser = await signedIn(desk);
  for (const provider of ['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '"=1",x'])
    await t.rejects(desk.db.updateTable('incidents').set({ provider }).execute(), /incidents_provider_slug/);
  const { statusCode, body } = await browser.get('/reports/blocked-by-provider.csv');
  t.equal(statusCode, 200);
  t.match(body, /^outlook-com,Outlook\.com,1,/m);
});
