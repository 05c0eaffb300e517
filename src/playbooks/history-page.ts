import type { PlaybookChangeKind, PlaybookChangeRow } from '../database/tables.ts';
import { factName, valueWords } from './fact-words.ts';

const WHAT: Record<PlaybookChangeKind, string> = {
  set: 'changed',
  kept: 'kept ours against a new release',
  'built-in': 'went back to what the release says',
  note: 'note added',
  'note-removed': 'note removed',
  added: 'provider added',
  changed: 'provider changed',
  removed: 'provider removed',
};

/** One change as the history tells it. */
export function historyView({ id, kind, path, before, after, actor_name, at }: PlaybookChangeRow) {
  return {
    id,
    at,
    by: actor_name,
    what: WHAT[kind],
    name: path ? factName(path) : '',
    before: before === null ? '' : valueWords(before, path),
    after: after === null ? '' : valueWords(after, path),
    toNothing: after === null && kind === 'set',
  };
}
