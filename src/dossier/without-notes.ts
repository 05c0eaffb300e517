import type { Entry, EntryKind } from '../timeline/entries.ts';
import type { DossierRead } from './store.ts';

/** Entries that tell only of what stays with us: notes, and what we changed among what {@link withoutNotes} leaves out. */
const INSIDE = new Set<EntryKind>([
  'note-added',
  'note-corrected',
  'incident-edited',
  'incident-assigned',
  'incident-tagged',
  'watchers-changed',
]);

/** In details of entries, what people wrote in words of their own. */
const SENTENCES = new Set(['text', 'reason', 'words', 'note', 'found', 'fixed']);

function withoutSentences<E extends Entry>(entry: E): E {
  const told = Object.entries(entry.detail).filter(([name]) => !SENTENCES.has(name));
  return { ...entry, detail: Object.fromEntries(told) };
}

/** What we told each other stays with us: notes, and the reasons that people gave. */
export const entriesForOthers = (entries: Entry[]): Entry[] =>
  entries
    .filter(({ kind }) => !INSIDE.has(kind))
    .map((entry) => (entry.messageId ? entry : withoutSentences(entry)));

/**
 * The same incident without what is for us alone: notes and reasons, who is affected, who looks after it, tags and the
 * fields of this desk. A share link without internal notes shows none of these either.
 */
export function withoutNotes(read: DossierRead): DossierRead {
  const entries = entriesForOthers(read.entries);
  return {
    ...read,
    row: { ...read.row, affected: '', assignee_id: null, next_action: '', next_action_due_at: null },
    assignee: null,
    tags: [],
    watchers: [],
    fields: [],
    entries,
    entryCount: read.entryCount - (read.entries.length - entries.length),
  };
}
