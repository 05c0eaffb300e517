import type { JudgedReminder } from './reminders.ts';

const BADGES = {
  due: { is: 'bad', icon: 'e-bad' },
  soon: { is: 'warn', icon: 'e-warn' },
  later: { is: '', icon: 'k-note' },
  snoozed: { is: '', icon: 'k-note' },
  dismissed: { is: '', icon: 'k-note' },
} as const;

const rowView = (reminder: JudgedReminder) => ({
  key: reminder.key,
  what: reminder.what,
  about: reminder.about,
  on: reminder.on,
  link: reminder.link,
  isDue: reminder.state === 'due',
  ...BADGES[reminder.state],
  until: reminder.state === 'snoozed' ? (reminder.answer?.snoozed_until ?? '') : '',
  reason: reminder.answer?.dismissed_reason ?? '',
  by: reminder.answer?.by_name ?? '',
});

/** A strip has room for so many; the rest is one click away. */
const STRIP_ROWS = 4;

/** The compact list on the desk and on pages where something is done. */
export const stripView = (pressing: JudgedReminder[]) => ({
  rows: pressing.slice(0, STRIP_ROWS).map(rowView),
  more: Math.max(0, pressing.length - STRIP_ROWS),
});

const LISTED = 200;

export function remindersView(all: JudgedReminder[]) {
  const of = (...states: JudgedReminder['state'][]) =>
    all.filter(({ state }) => states.includes(state)).map(rowView);
  const pressing = of('due', 'soon');
  const answered = of('snoozed', 'dismissed');
  return {
    pressing: pressing.slice(0, LISTED),
    more: Math.max(0, pressing.length - LISTED),
    later: of('later').slice(0, LISTED),
    answered: answered.slice(0, LISTED),
  };
}
