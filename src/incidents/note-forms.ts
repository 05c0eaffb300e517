import { Type } from '../json-schema.ts';
import { notFound } from '../problem.ts';
import { addNote, correctNote } from '../timeline/notes.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { type App, incidentForm } from './incident-form.ts';
import { incidentView } from './show-page.ts';
import { incidentForms } from './small-forms.ts';

const NoteForm = Type.Object({ text: Type.String({ maxLength: 20_000, description: 'the note' }) });

/** Of the path's params, which say a number of an incident besides. */
function entryIn(params: unknown): number {
  const entry = Number((params as { entry: string }).entry);
  if (!Number.isSafeInteger(entry)) throw notFound('such note');
  return entry;
}

/** Notes and their corrections. One that is refused stays open with what was typed. */
export function noteForms(app: App): void {
  const { db } = app.desk;

  incidentForms(app)('/incidents/:number/notes', 'note', async (request, number) => {
    const { text } = readForm(NoteForm, request.body);
    const added = await formOnce(db, request, { what: `note ${number}` }, (trx) =>
      addNote(trx, actorOf(request), number, text),
    );
    return { to: `/incidents/${number}#e${added}`, words: 'Note added.' };
  });

  incidentForm(app, '/incidents/:number/notes/:entry/corrections', {
    access: 'operator',
    async act(request, reply, number) {
      const entry = entryIn(request.params);
      const { text } = readForm(NoteForm, request.body);
      const corrected = await formOnce(db, request, { what: `correct ${entry}` }, (trx) =>
        correctNote(trx, actorOf(request), number, entry, text),
      );
      return reply.done(
        `/incidents/${number}#e${corrected}`,
        'Correction added. The earlier wording stays in the timeline.',
      );
    },
    async again(request, number, { message, fields: errors }) {
      const id = entryIn(request.params);
      const view = await incidentView(app.desk, request, number, {});
      const isShown = view.days.some(({ entries }) => entries.some((entry) => entry.id === id));
      const { text = '' } = typedAgain(request.body);
      return {
        view: 'incidents/show',
        data: { ...view, problem: message, correcting: { id, text, errors, isShown } },
      };
    },
  });
}
