import type { WebhookEvent } from './event.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';

type Format = {
  name: string;
  /** Whether receivers check a signature of ours. */
  isSigned: boolean;
  body: (event: WebhookEvent) => unknown;
};

/** How an event is written for its receiver. */
export const FORMATS = {
  'delist-desk': {
    name: 'Delist Desk JSON',
    isSigned: true,
    body: (event) => event,
  },
  slack: {
    name: 'Slack',
    isSigned: false,
    body: slackMessage,
  },
  teams: {
    name: 'Microsoft Teams',
    isSigned: false,
    body: teamsMessage,
  },
} as const satisfies Record<string, Format>;

export type FormatKey = keyof typeof FORMATS;
export const FORMAT_KEYS = Object.keys(FORMATS) as FormatKey[];

/** The octets of a request: always the same for an event, so that what is sent again is what was sent. */
export const bodyFor = (format: FormatKey, event: WebhookEvent): Buffer =>
  Buffer.from(JSON.stringify(FORMATS[format].body(event)));
