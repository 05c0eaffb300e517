import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import t from 'tap';
import type { DeskEvent } from '../../src/notifications/event.ts';
import type { Entry } from '../../src/timeline/entries.ts';
import {
  EVENT_TYPES,
  type IncidentFacts,
  testEvent,
  WebhookEvent,
  webhookEvent,
} from '../../src/webhooks/event.ts';
import { bodyFor, FORMAT_KEYS } from '../../src/webhooks/formats.ts';

const AT = new Date('2026-03-10T09:00:00Z');
const INCIDENT: IncidentFacts = {
  number: 41,
  title: 'Outlook.com blocks 203.0.113.7',
  state: 'action-needed',
  severity: 'high',
  provider: 'outlook-com',
  providerName: 'Outlook.com',
  addresses: ['203.0.113.7/32'],
  addressCount: 1,
};
const COMMON = {
  id: 99,
  incident: { ...INCIDENT, assigneeId: null },
  actorUserId: null,
  actor: 'Delist Desk',
  concerns: [],
  happenedAt: AT,
};
const received = (from: string): DeskEvent => ({
  ...COMMON,
  kind: 'message-received',
  words: 'a sentence',
  link: '/incidents/41#e7',
  entry: {
    id: 7,
    incidentNumber: 41,
    kind: 'message-received',
    actor: 'Delist Desk',
    occurredAt: AT,
    recordedAt: AT,
    detail: {
      from,
      subject: 'a subject',
      channel: 'email',
      verdict: 'denied',
      confidence: 0.9,
      quote: 'a quote',
      reference: null,
      excerpt: 'an excerpt',
    },
  } as unknown as Entry,
});

const ajv = new Ajv({ strict: true, allErrors: true });
addFormats.default(ajv);

t.test('an event is what its schema says, and tells nothing of what was written', async (t) => {
  const event = webhookEvent(received('desk@example.net'), INCIDENT, 'https://desk.example.com');
  t.ok(ajv.validate(WebhookEvent, event), ajv.errorsText());
  t.match(event, {
    type: 'incident.message-received',
    version: 1,
    data: {
      group: 'mail',
      title: 'They said no',
      incident: { number: 41 },
      links: { page: 'https://desk.example.com/incidents/41#e7' },
    },
  });
  for (const secret of ['a subject', 'a quote', 'an excerpt']) t.notMatch(JSON.stringify(event), secret);
  const test = testEvent({ target: 'A', actor: 'B', page: 'http://127.0.0.1/x', at: AT });
  t.ok(ajv.validate(WebhookEvent, test), ajv.errorsText());
  const unfiled: DeskEvent = {
    ...COMMON,
    kind: 'mail-unfiled',
    entry: null,
    incident: null,
    words: 'Two mails wait.',
    link: '/unfiled',
  };
  const other = webhookEvent(unfiled, null, 'https://desk.example.com');
  t.ok(ajv.validate(WebhookEvent, other), ajv.errorsText());
  t.match(other, {
    type: 'desk.mail-unfiled',
    data: { group: 'desk', title: 'Mail unfiled', words: 'Two mails wait.', incident: null },
  });
  t.ok(EVENT_TYPES.length > 30, 'every kind of entry has its type');
});

t.test('long lists and long words are cut', async (t) => {
  const addresses = Array.from({ length: 4000 }, (_, index) => `10.0.${index >> 8}.${index & 255}/32`);
  const event = webhookEvent(
    received('x'.repeat(90_000)),
    { ...INCIDENT, title: 'y'.repeat(90_000), addresses, addressCount: 4000 },
    'https://desk.example.com',
  );
  t.ok(ajv.validate(WebhookEvent, event), ajv.errorsText());
  // A Teams message has room for 28 kB.
  for (const format of FORMAT_KEYS) t.ok(bodyFor(format, event).length < 10_000, format);
});

t.test('what a sender calls himself calls nobody, makes no link and no markup in a chat', async (t) => {
  const hostile =
    '<!channel> @here [pay](https://evil.example/) <https://evil.example|us> *bold*\n`x`\u202e\u200b';
  const event = webhookEvent(received(hostile), { ...INCIDENT, title: hostile }, 'https://desk.example.com');
  const slack = JSON.parse(bodyFor('slack', event).toString());
  t.notMatch(slack.text, /<!|@here|\]\(|evil\.example[|>]|https:\/\/evil|\u202e/);
  t.equal(slack.text.match(/<[^&]/g)?.length, 1, 'our own link alone');
  t.match(slack.text, '<https://desk.example.com/incidents/41#e7|#41 ');
  const card = JSON.parse(bodyFor('teams', event).toString());
  t.match(card, {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: { type: 'AdaptiveCard', version: '1.4' },
      },
    ],
  });
  const { body, actions } = card.attachments[0].content;
  t.ok(
    body.every(({ type }: { type: string }) => type === 'RichTextBlock'),
    'runs of text are no Markdown',
  );
  t.strictSame(actions, [
    { type: 'Action.OpenUrl', title: 'Open', url: 'https://desk.example.com/incidents/41#e7' },
  ]);
  t.notMatch(JSON.stringify(card), /\u202e/);
});

t.test('what is sent again is what was sent, octet for octet', async (t) => {
  const event = webhookEvent(received('desk@example.net'), INCIDENT, 'https://desk.example.com');
  const kept = JSON.parse(JSON.stringify(event));
  for (const format of FORMAT_KEYS) t.strictSame(bodyFor(format, kept), bodyFor(format, event));
});
