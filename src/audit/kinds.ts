import { asText } from './changes.ts';

/** Pure: what the audit log tells of, as data. A new kind is a line here and one call of `note` in a store. */

export const AREAS = {
  'sign-in': 'Signing in',
  people: 'People and roles',
  tokens: 'API tokens',
  mail: 'Sending accounts and mailboxes',
  webhooks: 'Webhooks',
  settings: 'Settings',
  texts: 'Playbooks and templates',
  data: 'Exports, imports and shares',
} as const;
export type Area = keyof typeof AREAS;

export type Detail = Record<string, unknown>;
type Sentence = (subject: string, detail: Detail) => string;
type Kind = { area: Area; words: Sentence };

const kind = (area: Area, words: Sentence): Kind => ({ area, words });
const plain =
  (verb: string): Sentence =>
  (subject) =>
    subject ? `${verb} ${subject}` : verb;
const said = (detail: Detail, name: string) => asText(detail[name]);

export const AUDIT_KINDS = {
  'signed-in': kind('sign-in', (_, detail) => `signed in ${said(detail, 'by') || 'with a password'}`),
  'sign-in-failed': kind(
    'sign-in',
    (subject, detail) => `could not sign in as ${subject}: ${said(detail, 'why')}`,
  ),
  'signed-out': kind('sign-in', () => 'signed out'),

  'second-factor-changed': kind(
    'sign-in',
    (subject, detail) => `second factor of ${subject}: ${said(detail, 'what').replaceAll('-', ' ')}`,
  ),

  'set-up': kind('people', (subject) => `set this desk up as ${subject}`),
  'person-added': kind('people', (subject, detail) => `added ${subject} as ${said(detail, 'role')}`),
  'person-invited': kind('people', (subject, detail) => `invited ${subject} as ${said(detail, 'role')}`),
  'invitation-sent-again': kind('people', plain('made a new link for the invitation of')),
  'invitation-revoked': kind('people', plain('took back the invitation of')),
  'invitation-taken': kind('people', (_, detail) => `took the invitation and is ${said(detail, 'role')} now`),
  'role-changed': kind(
    'people',
    (subject, detail) => `made ${subject} ${said(detail, 'to')} instead of ${said(detail, 'from')}`,
  ),
  'person-shut-out': kind('people', plain('shut out')),
  'person-let-in': kind('people', plain('let in again')),
  'account-made-anonymous': kind('people', plain('made an account anonymous, which is now')),
  'sessions-ended': kind('people', plain('ended sessions of')),
  'account-changed': kind('people', () => 'changed their own account'),
  'password-changed': kind('people', () => 'changed their password'),
  'password-set': kind('people', plain('set a new password for')),
  'reset-link-sent': kind('people', plain('sent a link for a new password to')),
  'password-reset': kind('people', () => 'set a new password by the link that was mailed to them'),
  'identity-linked': kind('people', (subject) => `linked their account to ${subject}`),
  'identity-unlinked': kind('people', (subject) => `took the link of their account to ${subject} away`),

  'token-made': kind(
    'tokens',
    (subject, detail) =>
      `made the token “${subject}”, ${said(detail, 'scope')}${detail['only'] ? `, only for ${said(detail, 'only')}` : ''}`,
  ),
  'token-revoked': kind('tokens', (subject) => `revoked the token “${subject}”`),

  'sending-account-added': kind('mail', plain('added the sending account')),
  'sending-account-changed': kind('mail', plain('changed the sending account')),
  'mailbox-added': kind('mail', plain('added the mailbox')),
  'mailbox-changed': kind('mail', plain('changed the mailbox')),

  'webhook-added': kind('webhooks', plain('added the webhook')),
  'webhook-changed': kind('webhooks', plain('changed the webhook')),
  'webhook-removed': kind('webhooks', plain('removed the webhook')),
  'webhook-paused': kind('webhooks', plain('paused the webhook')),
  'webhook-resumed': kind('webhooks', plain('went on with the webhook')),
  'webhook-secret-changed': kind('webhooks', plain('changed the secret of the webhook')),

  'second-factor-rule-changed': kind('settings', (subject) => `made a second factor ${subject}`),
  'retention-changed': kind('settings', () => 'changed how long personal data are kept'),
  'profile-changed': kind('settings', () => 'changed the profile'),
  'programme-changed': kind('settings', plain('changed the programme')),
  'watch-rule-changed': kind('settings', plain('changed when the log opens an incident:')),
  'field-changed': kind('settings', (subject, detail) => `${said(detail, 'what')} the field ${subject}`),
  'tag-changed': kind('settings', (subject, detail) => `${said(detail, 'what')} the tag ${subject}`),
  'snds-feed-changed': kind(
    'settings',
    (subject, detail) => `${said(detail, 'what')} the SNDS feed ${subject}`,
  ),
  'sign-in-provider-changed': kind('settings', plain('changed the sign-in by')),
  'report-address-changed': kind(
    'settings',
    (subject, detail) => `${said(detail, 'what')} ${subject} as a recipient of reports`,
  ),
  'report-subscription-changed': kind(
    'settings',
    (subject, detail) => `${said(detail, 'what')} the report by mail ${subject}`,
  ),
  'calendar-link-changed': kind(
    'settings',
    (_, detail) => `${said(detail, 'what')} the link of their calendar`,
  ),
  'calendar-changed': kind('settings', () => 'changed what their calendar shows'),

  'notice-rules-changed': kind('settings', () => 'changed what they are told of'),
  'notice-times-changed': kind('settings', () => 'changed when they are mailed'),

  'playbook-changed': kind('texts', (subject, detail) => `${said(detail, 'what')} ${subject}`),
  'template-changed': kind('texts', (subject, detail) => `${said(detail, 'what')} the template ${subject}`),
  'wording-trial-started': kind('texts', plain('began to compare wordings of the template')),
  'wording-trial-ended': kind('texts', plain('ended the comparison of wordings of the template')),

  'backup-made': kind('data', (_, detail) => `made a backup of ${said(detail, 'rows')} rows`),
  'person-erased': kind('data', plain('erased a person, who is now')),
  'data-exported': kind('data', (subject) => `exported ${subject}`),
  'data-imported': kind('data', (subject) => `began to import ${subject}`),
  'share-made': kind(
    'data',
    (subject, detail) => `shared incident #${said(detail, 'incident')} with ${subject}`,
  ),
  'share-revoked': kind(
    'data',
    (subject, detail) => `took back the share of incident #${said(detail, 'incident')} with ${subject}`,
  ),
} satisfies Record<string, Kind>;

export type AuditKind = keyof typeof AUDIT_KINDS;

export const kindsOf = (area: Area): AuditKind[] =>
  (Object.keys(AUDIT_KINDS) as AuditKind[]).filter((one) => AUDIT_KINDS[one].area === area);

/** What somebody did, without who: “invited Ada as operator”. */
export function auditWords(entry: { kind: string; subject: string; detail: Detail }): string {
  const known = (AUDIT_KINDS as Record<string, Kind | undefined>)[entry.kind];
  return known ? known.words(entry.subject, entry.detail) : `${entry.kind} ${entry.subject}`.trim();
}
