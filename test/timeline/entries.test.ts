import t from 'tap';
import { ENTRY_GROUPS, ENTRY_ICONS } from '../../src/timeline/entries.ts';

t.test('each kind of entry is shown by one filter, so that their counts add up', async (t) => {
  t.strictSame(Object.values(ENTRY_GROUPS).flat().sort(), Object.keys(ENTRY_ICONS).sort());
});
