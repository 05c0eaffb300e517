import type { Actor } from '../../web/access.ts';
import { exact } from '../../web/format.ts';

/** Pure: mails to a person about the safety of their account. */

export type SafetyEvent =
  | { kind: 'new-client' }
  | { kind: 'password-changed' }
  | { kind: 'app-added' }
  | { kind: 'app-removed' }
  | { kind: 'passkey-added'; name: string }
  | { kind: 'passkey-removed'; name: string }
  | { kind: 'codes-renewed' }
  | { kind: 'code-used'; left: number }
  | { kind: 'codes-failed' }
  /** By an administrator, or on the command line; `who`: the same in the words of the mail. */
  | { kind: 'factors-removed'; by: Actor; who: string };

/** Whose request it was; null: nobody's browser. */
export type Client = { address: string; browser: string } | null;

const WORDS: {
  [Kind in SafetyEvent['kind']]: (
    event: Extract<SafetyEvent, { kind: Kind }>,
  ) => [subject: string, text: string];
} = {
  'new-client': () => [
    'New sign-in',
    'Somebody signed in to your account from a network or with a browser that was not seen with it before.',
  ],
  'password-changed': () => ['Password changed', 'The password of your account was changed.'],
  'app-added': () => ['Code app set up', 'An app that makes codes was set up as your second factor.'],
  'app-removed': () => ['Code app removed', 'The app that makes codes is no longer your second factor.'],
  'passkey-added': ({ name }) => ['Passkey added', `A passkey was added to your account: ${name}.`],
  'passkey-removed': ({ name }) => ['Passkey removed', `A passkey of your account was removed: ${name}.`],
  'codes-renewed': () => [
    'New recovery codes',
    'New recovery codes were made. The earlier ones no longer work.',
  ],
  'code-used': ({ left }) => [
    'Recovery code used',
    `Somebody signed in with your password and a recovery code. ${left === 0 ? 'None is' : left === 1 ? 'One is' : `${left} are`} left.`,
  ],
  'codes-failed': () => [
    'Wrong codes after the right password',
    'Somebody entered your password, and then several wrong codes. They did not get in. If it was not you, your password is known to somebody else.',
  ],
  'factors-removed': ({ who }) => [
    'Second factor removed',
    `Your code app, passkeys and recovery codes were removed by ${who}. Until you set up new ones, the password alone signs you in.`,
  ],
};

/** Where to look, and what to do there. */
const PLACE: Partial<Record<SafetyEvent['kind'], string>> = { 'new-client': '/settings/sessions' };

export function safetyMail(
  event: SafetyEvent,
  { client, at, zone, origin }: { client: Client; at: Date; zone: string; origin: string },
): { subject: string; text: string } {
  const [subject, words] = (WORDS[event.kind] as (event: SafetyEvent) => [string, string])(event);
  const where = origin
    ? `${origin}${PLACE[event.kind] ?? '/settings/second-factor'}`
    : 'Settings in Delist Desk';
  return {
    subject: `Delist Desk: ${subject}`,
    text: [
      words,
      '',
      `When: ${exact(at, zone)}`,
      ...(client ? [`From: ${client.address}`, `With: ${client.browser}`] : []),
      '',
      'If that was you, there is nothing to do. If not: change your password, end the sessions that are not yours, and tell an administrator.',
      where,
      '',
      event.kind === 'new-client'
        ? 'Mails about new sign-ins can be switched off under Settings → Second factor.'
        : 'Mails of this kind cannot be switched off.',
      '',
    ].join('\n'),
  };
}
