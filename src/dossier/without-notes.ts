import type { Entry } from '../timeline/entries.ts';
import type { DossierRead } from './store.ts';

/** Whether an entry is what one of us told the others. */
export const isNote = ({ kind }: Entry): boolean => kind === 'note-added' || kind === 'note-corrected';

/** In details of entries, what people wrote in words of their own. */
const SENTENCES = new Set(['text', 'reason', 'words', 'note', 'found', 'fixed']);

function withoutSentences<E extends Entry>(entry: E): E {
  const told = Object.entries(entry.detail).filter(([name]) => !SENTENCES.has(name));
  return { ...entry, detail: Object.fromEntries(told) };
}

/** What we told each other stays with us: notes, and the reasons that people gave. */
export const entriesForOthers = (entries: Entry[]): Entry[] =>
  entries
    .filter((entry) => !isNote(entry))
    .map((entry) => (entry.messageId ? entry : withoutSentences(entry)));

export const withoutNotes = (read: DossierRead): DossierRead => ({
  ...read,
  entries: entriesForOthers(read.entries),
});
