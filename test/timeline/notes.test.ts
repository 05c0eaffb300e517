import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';
import { insertEntries } from '../many-rows.ts';

t.test('a note is answered as the timeline tells it', async (t) => {
  const { api } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  const headers = { 'idempotency-key': 'a-note' };
  const note = await api('POST', '/incidents/1/notes', { text: '  Asked the customer.\n' }, headers);
  t.match(note, { status: 201, body: { kind: 'note-added', detail: { text: 'Asked the customer.' } } });
  t.equal(note.body.summary, 'Note: Asked the customer.');
  const { items } = (await api('GET', '/incidents/1/timeline?group=notes')).body;
  t.strictSame(items, [note.body]);
  const again = await api('POST', '/incidents/1/notes', { text: '  Asked the customer.\n' }, headers);
  t.strictSame(again.body, note.body, 'and once for its key');
});

t.test('a correction that is refused stays a correction, with what was typed', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const note = (await desk.api('POST', '/incidents/1/notes', { text: 'First wording.' })).body;
  const browser = await signedIn(desk);
  t.equal((await browser.get('/incidents/1')).statusCode, 200);
  const correct = (text: string) => browser.post(`/incidents/1/notes/${note.id}/corrections`, { text });
  const form = (body: string) =>
    new RegExp(
      `<details class="more no-print" open>[^]*?action="/incidents/1/notes/${note.id}/corrections"[^]*?</details>`,
    ).exec(body)?.[0] ?? '';
  const long = `Second wording. ${'x'.repeat(20_001)}`;
  const refused = await correct(long);
  t.equal(refused.statusCode, 422);
  t.ok(form(refused.body).includes(long), 'it is open, with all that was typed');
  t.match(form(refused.body), /aria-invalid="true".*Too long: at most 20000 characters\./s);
  t.match(refused.body, /<details class="more"><summary>Add a note<\/summary>/, 'no new note is begun');
  t.notMatch(refused.body.split('action="/incidents/1/notes"')[1], 'Second wording');
  t.equal((await correct('   ')).statusCode, 422);

  // Of January, so that they fill the page before the note.
  await insertEntries(desk.db, [1], 150);
  const away = await correct(long);
  t.ok(form(away.body).includes(long), 'also where the note is not on the first page of the timeline');
});
