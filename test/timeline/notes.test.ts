import t from 'tap';
import { REFUSAL, testDesk } from '../desk.ts';

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
