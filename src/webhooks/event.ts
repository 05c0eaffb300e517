import type { IncidentState, OtherKind, Severity } from '../database/tables.ts';
import { SEVERITIES, STATES } from '../incidents/incidents.ts';
import { closed, type Static, Type } from '../json-schema.ts';
import type { DeskEvent } from '../notifications/event.ts';
import { describeEntry } from '../timeline/describe.ts';
import { ENTRY_GROUPS, type EntryGroup, type EntryKind } from '../timeline/entries.ts';

/** Changes when something is taken out of the schema or gets another meaning; what is added changes nothing. */
const EVENT_VERSION = 1;

const orNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T, description: string) =>
  Type.Union([schema, Type.Null()], { description });
const Time = (description: string) => Type.String({ format: 'date-time', description });

/** What happens outside of any timeline. */
const OTHER_TITLES: Record<OtherKind, string> = {
  'mail-unfiled': 'Mail unfiled',
  'reminder-due': 'Reminder due',
  'mailbox-trouble': 'Mailbox in trouble',
  'feed-out-of-date': 'Feed out of date',
  'import-done': 'Import done',
  'webhook-paused': 'Webhook paused',
};

/** The filters of a timeline, and `desk` for what belongs to none. */
export type EventGroup = EntryGroup | 'desk';
const ENTRY_GROUP_KEYS = Object.keys(ENTRY_GROUPS) as EntryGroup[];
export const GROUPS: EventGroup[] = [...ENTRY_GROUP_KEYS, 'desk'];
const KINDS = Object.values(ENTRY_GROUPS).flat() as EntryKind[];
const GROUP_OF = new Map(
  ENTRY_GROUP_KEYS.flatMap((group) => ENTRY_GROUPS[group].map((kind) => [kind as EntryKind, group])),
);

export const EVENT_TYPES = [
  ...KINDS.map((kind) => `incident.${kind}` as const),
  ...(Object.keys(OTHER_TITLES) as OtherKind[]).map((kind) => `desk.${kind}` as const),
  'webhook.test' as const,
];

const MOST_ADDRESSES = 50;
const MOST_WORDS = 500;

/** An event as it is sent in our own format, and as it is kept for every format. */
export const WebhookEvent = Type.Object(
  {
    type: Type.Enum(EVENT_TYPES, { description: 'what happened; further types may be added' }),
    version: Type.Integer({ minimum: 1, description: 'version of this schema' }),
    timestamp: Time('when it happened'),
    data: Type.Object(
      {
        entryId: orNull(Type.Integer(), 'id of the timeline entry; null: it is none'),
        group: orNull(Type.Enum(GROUPS), 'the filter of the timeline, or desk; null for a test'),
        title: Type.String({ description: 'what happened, in two or three words' }),
        words: Type.String({ description: 'more of it; may be empty' }),
        actor: Type.String({ description: 'who did it, by name' }),
        recordedAt: Time('when we learned of it'),
        incident: orNull(
          Type.Object(
            {
              number: Type.Integer(),
              title: Type.String(),
              state: Type.Enum([...STATES], { description: 'when the event was made' }),
              severity: Type.Enum([...SEVERITIES]),
              provider: Type.String({ description: 'key of the catalogue' }),
              providerName: Type.String(),
              addresses: Type.Array(Type.String(), {
                maxItems: MOST_ADDRESSES,
                description: `addresses and ranges, the first ${MOST_ADDRESSES}`,
              }),
              addressCount: Type.Integer({ description: 'how many there are in all' }),
            },
            closed,
          ),
          'the incident that it belongs to',
        ),
        links: Type.Object(
          {
            page: Type.String({ description: 'the page where it stands' }),
            api: orNull(Type.String(), 'the same in the API'),
          },
          closed,
        ),
      },
      closed,
    ),
  },
  closed,
);
export type WebhookEvent = Static<typeof WebhookEvent>;

/** What an event says of its incident. */
export type IncidentFacts = {
  number: number;
  title: string;
  state: IncidentState;
  severity: Severity;
  provider: string;
  providerName: string;
  addresses: string[];
  addressCount: number;
};

export const groupOf = ({ entry }: Pick<DeskEvent, 'entry'>): EventGroup =>
  entry === null ? 'desk' : (GROUP_OF.get(entry.kind) as EntryGroup);
const short = (text: string) => (text.length > MOST_WORDS ? `${text.slice(0, MOST_WORDS - 1)}…` : text);

const shortIncident = (incident: IncidentFacts): IncidentFacts => ({
  ...incident,
  title: short(incident.title),
  addresses: incident.addresses.slice(0, MOST_ADDRESSES),
});

/** What it is called, and more of it; what people wrote in notes and what mails say is not in it. */
function wordsOf({ entry, kind, words }: DeskEvent): { title: string; words: string } {
  if (entry === null) return { title: OTHER_TITLES[kind as OtherKind], words: short(words) };
  const { title, by } = describeEntry(entry);
  return { title, words: short(by) };
}

/** What is sent of something that happened. `base`: our origin, without a slash at its end. */
export function webhookEvent(event: DeskEvent, incident: IncidentFacts | null, base: string): WebhookEvent {
  const { entry, happenedAt } = event;
  return {
    type: entry === null ? `desk.${event.kind as OtherKind}` : `incident.${entry.kind}`,
    version: EVENT_VERSION,
    timestamp: happenedAt.toISOString(),
    data: {
      entryId: entry?.id ?? null,
      group: groupOf(event),
      ...wordsOf(event),
      actor: event.actor,
      recordedAt: (entry?.recordedAt ?? happenedAt).toISOString(),
      incident: incident && shortIncident(incident),
      links: {
        page: `${base}${event.link}`,
        api: entry && `${base}/api/v1/incidents/${entry.incidentNumber}/timeline`,
      },
    },
  };
}

/** What the test button sends. */
export function testEvent(given: { target: string; actor: string; page: string; at: Date }): WebhookEvent {
  const at = given.at.toISOString();
  return {
    type: 'webhook.test',
    version: EVENT_VERSION,
    timestamp: at,
    data: {
      entryId: null,
      group: null,
      title: 'Test event',
      words: `Sent by hand to “${given.target}”. Nothing happened.`,
      actor: given.actor,
      recordedAt: at,
      incident: null,
      links: { page: given.page, api: null },
    },
  };
}
