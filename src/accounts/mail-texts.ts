/** Pure: what mails that let somebody in say. */

/** One line, whatever a name holds. */
const line = (text: string) => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();

export const invitationMail = (given: { name: string; by: string; link: string; days: number }) => ({
  subject: 'You are invited to Delist Desk',
  text: [
    `Hello ${line(given.name)},`,
    '',
    `${line(given.by)} invites you to Delist Desk, where blocks of our mail are followed up.`,
    'Choose a password here:',
    '',
    given.link,
    '',
    `The link works once, for ${given.days} days. If you expected no invitation, do nothing.`,
    '',
  ].join('\n'),
});

export const resetMail = (given: { name: string; link: string; minutes: number }) => ({
  subject: 'A new password for Delist Desk',
  text: [
    `Hello ${line(given.name)},`,
    '',
    'somebody asked for a new password for your account. Set it here:',
    '',
    given.link,
    '',
    `The link works once, for ${given.minutes} minutes. Your present password holds until then.`,
    'If it was not you, do nothing: nobody can set a password without this mail.',
    '',
  ].join('\n'),
});

/** To somebody whose account has no password of its own. */
export const noPasswordMail = (given: { name: string; provider: string }) => ({
  subject: 'Signing in to Delist Desk',
  text: [
    `Hello ${line(given.name)},`,
    '',
    'somebody asked for a new password for your account. It has none: you sign in by',
    `${line(given.provider)}, with the button on the sign-in page.`,
    '',
  ].join('\n'),
});
