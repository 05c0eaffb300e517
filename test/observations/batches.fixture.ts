import type { Observation } from '../../src/observations/observation.ts';
import type { TestDesk } from '../desk.ts';

export const ADDRESS = '203.0.113.7';

/** `n` minutes after `from`, as a batch writes it. */
export const minute = (from: Date, n: number) =>
  `${new Date(from.getTime() + n * 60_000).toISOString().slice(0, 16)}Z`;

export const S3150 =
  "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).";

export const sampleLine = (at: string, text = S3150) =>
  `${at.replace('Z', ':07+00:00')} mx-out1 postfix/smtp[811]: 4XyZ1: to=<ann@hotmail.com>, relay=hotmail-com.olc.protection.outlook.com[198.51.100.9]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=5.7.1, status=bounced (host hotmail-com.olc.protection.outlook.com[198.51.100.9] said: ${text} (in reply to MAIL FROM command))`;

export const refused = (at: string, count: number, more: Partial<Observation> = {}): Observation => ({
  minute: at,
  address: ADDRESS,
  via: 'mx-out1 postfix/smtp',
  provider: 'outlook-com',
  outcome: 'refused',
  reason: 'ip-reputation',
  rule: 'outlook-com/block-list-part',
  replyCode: '550',
  enhancedCode: '5.7.1',
  blockCode: 'S3150',
  count,
  domains: [{ domain: 'hotmail.com', count }],
  samples: [sampleLine(at)],
  ...more,
});

export const accepted = (at: string, count: number, more: Partial<Observation> = {}): Observation => ({
  minute: at,
  address: ADDRESS,
  via: 'mx-out1 postfix/smtp',
  provider: 'outlook-com',
  outcome: 'accepted',
  reason: null,
  rule: null,
  replyCode: '250',
  enhancedCode: '2.6.0',
  blockCode: null,
  count,
  domains: [{ domain: 'hotmail.com', count }],
  samples: [],
  ...more,
});

let keys = 0;
/** Sends a batch; each under a key of its own unless one is given. */
export function send(desk: TestDesk, observations: Observation[], key = `key-${++keys}`) {
  return desk.api(
    'POST',
    '/observations',
    { source: 'mx-out1 mail.log', observations },
    { 'idempotency-key': key },
  );
}
