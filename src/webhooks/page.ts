import type { WebhookAttemptRow, WebhookDeliveryRow, WebhookTargetRow } from '../database/tables.ts';
import { SEVERITIES } from '../incidents/incidents.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { count } from '../web/format.ts';
import { GROUPS, type WebhookEvent } from './event.ts';
import type { Values } from './form.ts';
import { bodyFor, FORMAT_KEYS, FORMATS } from './formats.ts';
import { type Backlog, MOST_COUNTED } from './log.ts';
import { GROUP_WORDS, LEAST_WORDS } from './target.ts';

/** `1,000 and more`: counting ends there. */
const many = (n: number) => (n >= MOST_COUNTED ? `${count(n)} and more` : count(n));

const STATE_WORDS: Record<WebhookDeliveryRow['state'], { words: string; is: string }> = {
  queued: { words: 'behind another', is: 'plain' },
  waiting: { words: 'waiting', is: 'plain' },
  delivered: { words: 'delivered', is: 'good' },
  failed: { words: 'given up', is: 'bad' },
  dropped: { words: 'dropped', is: 'plain' },
};

/** What is chosen, in one line. */
function choiceWords(row: WebhookTargetRow, nameOf: (key: string) => string): string {
  const groups = row.groups.length === GROUPS.length ? 'everything' : row.groups.join(', ');
  const providers = row.providers.length === 0 ? '' : `, of ${row.providers.map(nameOf).join(', ')}`;
  return `${groups}${providers}${row.least_severity === 'low' ? '' : `, ${LEAST_WORDS[row.least_severity]}`}`;
}

const nameIn =
  (catalogue: Catalogue) =>
  (key: string): string =>
    catalogue.byKey.get(key)?.name ?? key;

/** A target in the list and at the head of its page. */
export function targetView(row: WebhookTargetRow, backlog: Backlog | undefined, catalogue: Catalogue) {
  const { waiting = 0, failed = 0 } = backlog ?? {};
  return {
    id: row.id,
    name: row.name,
    href: `/settings/webhooks/${row.id}`,
    format: FORMATS[row.format].name,
    isSigned: FORMATS[row.format].isSigned,
    url: row.url_shown,
    choice: choiceWords(row, nameIn(catalogue)),
    isPaused: row.paused_at !== null,
    pausedAt: row.paused_at,
    pausedBy: row.paused_by ?? '',
    pausedWhy: row.paused_why,
    failingSince: row.failing_since,
    lastProblem: row.last_problem,
    restUntil: row.rest_until,
    lastDeliveredAt: row.last_delivered_at,
    previousUntil: row.previous_until,
    waiting: waiting > 0 ? many(waiting) : '',
    failed: failed > 0 ? many(failed) : '',
  };
}

/** The choices of the form, each with whether it is made. */
export function choicesView(values: Values, catalogue: Catalogue) {
  const providers = catalogue.providers
    .map(({ key, name }) => ({ key, words: name, chosen: values.providers.includes(key) }))
    .toSorted((a, b) => Number(b.chosen) - Number(a.chosen) || a.words.localeCompare(b.words, 'en'));
  return {
    formats: FORMAT_KEYS.map((key) => ({ key, words: FORMATS[key].name })),
    groups: GROUPS.map((key) => ({ key, words: GROUP_WORDS[key], chosen: values.groups.includes(key) })),
    severities: SEVERITIES.map((key) => ({ key, words: LEAST_WORDS[key] })),
    providers,
  };
}

export function deliveryView(row: WebhookDeliveryRow) {
  const event = row.event as WebhookEvent;
  const { words, is } = STATE_WORDS[row.state];
  return {
    id: row.id,
    href: `/settings/webhooks/${row.target_id}/deliveries/${row.id}`,
    title: event.data.title,
    words: event.data.words,
    incident: row.incident_number,
    isTest: row.is_test,
    state: words,
    is,
    at: row.created_at,
    attempts: row.attempts,
    last: row.last_words,
    dueAt: row.state === 'waiting' && row.attempts > 0 ? row.due_at : null,
    mayReplay: row.settled_at !== null && !row.is_test,
    messageId: row.message_id,
    settledAt: row.settled_at,
  };
}

export const attemptView = (row: WebhookAttemptRow) => ({
  number: row.number,
  at: row.at,
  words: row.words,
  milliseconds: count(row.duration_ms),
  isGood: row.status !== null && row.status >= 200 && row.status < 300,
  answer: row.answer,
});

/** What is sent, to be read. */
export const bodyText = (target: WebhookTargetRow, row: WebhookDeliveryRow): string =>
  JSON.stringify(JSON.parse(bodyFor(target.format, row.event as WebhookEvent).toString()), null, 2);
