import type { Desk } from '../app.ts';
import { addField } from '../custom-fields/manage-store.ts';
import { setFieldValues } from '../custom-fields/store.ts';
import { changeTags } from '../tags/store.ts';
import { addNote } from '../timeline/notes.ts';
import type { Actor } from '../web/access.ts';
import { atMoment } from './moment.ts';

const FIELDS = [
  { name: 'Customer no.', kind: 'text', choices: [] },
  { name: 'Plan', kind: 'choice', choices: ['Basic', 'Business', 'Enterprise'] },
  { name: 'Board told', kind: 'yes-no', choices: [] },
] as const;
const TAGS = [
  ['tulpe', 'newsletter'],
  ['kestrel'],
  ['shared-hosting'],
  ['tulpe'],
  ['black-friday', 'kestrel'],
];

/** Tags and fields of the demonstration's newest incidents, as of the moments when their stories end. */
export async function fillLabels({ db }: Desk, actor: Actor) {
  await db.transaction().execute(async (trx) => {
    for (const field of FIELDS) await addField(trx, { ...field, choices: [...field.choices] });
    const rows = await trx
      .selectFrom('incidents')
      .select(['number', 'state', 'opened_at'])
      .orderBy('number', 'desc')
      .execute();
    for (const { number, opened_at, state } of rows) {
      await atMoment(trx, opened_at);
      await changeTags(trx, actor, number, { add: TAGS[number % TAGS.length] ?? [] });
      if (number % 3 === 0)
        await setFieldValues(trx, actor, number, {
          'customer-no': `K-${4700 + number}`,
          plan: FIELDS[1].choices[number % 3] ?? '',
          'board-told': state === 'closed' ? 'no' : 'yes',
        });
    }
    const open = rows.find((row) => row.state === 'action-needed');
    if (!open) return;
    await atMoment(trx, new Date(Date.now() - 3_600_000));
    await addNote(
      trx,
      actor,
      open.number,
      '@Jonas Weber, can you look at the queue of web-3 before we answer?',
    );
  });
}
