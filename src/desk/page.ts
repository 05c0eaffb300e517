import type { Whose } from '../database/tables.ts';
import { upTo } from '../web/format.ts';
import type { deskRow } from './rows.ts';
import { SECTIONS, type Section } from './sections.ts';
import type { SectionCounts } from './store.ts';

/** `(3) Desk`: how many need somebody can be read off a tab that is not looked at. */
export const deskTitle = ({ 'needs-you': { all } }: SectionCounts) => (all ? `(${upTo(all)}) Desk` : 'Desk');

/** The switch as the page shows it. */
export const whoseView = (whose: Whose) =>
  [
    { key: 'everybody', words: 'Everybody’s', current: whose === 'everybody' },
    { key: 'mine', words: 'Mine', current: whose === 'mine' },
  ] as const;

type Rows = { rows: ReturnType<typeof deskRow>[]; more: boolean };

/** One part of the desk. Where all of it is shown, its head counts what its rows say: kept due times follow within a minute. */
export function sectionView(
  section: Section,
  counts: SectionCounts[Section],
  whose: Whose,
  { rows, more }: Rows,
) {
  const { title, empty, emptyOwn } = SECTIONS[section];
  return {
    section,
    title,
    all: counts.all,
    overdue: rows.length === counts.all ? rows.filter((row) => row.overdue).length : counts.overdue,
    rows,
    showsState: section === 'needs-you',
    more: more ? `/desk/${section}?whose=${whose}` : '',
    empty: whose === 'mine' ? emptyOwn : empty,
  };
}
