import { CHANNEL_WORDS } from '../correspondence/channels.ts';
import { sizeWords } from '../correspondence/message-page.ts';
import { aged } from '../evidence/places/aged.ts';
import { blockedSince, durations, stateWords } from '../incidents/incidents.ts';
import type { Claim } from '../letters/claims/claims.ts';
import { roundWords } from '../letters/rounds.ts';
import { describeEntry } from '../timeline/describe.ts';
import type { Entry } from '../timeline/entries.ts';
import { duration, exact } from '../web/format.ts';
import type { Block, Column } from './blocks.ts';
import { type DossierRead, TEXT_CHARACTERS } from './store.ts';

/** How a dossier is written: in whose zone and words, and with or without what is for us alone. */
export type DossierOptions = {
  zone: string;
  now: Date;
  providerName: string;
  /** Titles of the kinds of evidence, by key. */
  kindTitles: Map<string, string>;
  /** Notes, and the reasons that people gave each other. */
  withNotes: boolean;
};

const heading = (text: string, level: 1 | 2 = 1): Block => ({ kind: 'heading', text, level });
const note = (text: string): Block => ({ kind: 'paragraph', text, isNote: true });
const facts = (rows: [string, string | null | undefined | false][]): Block => ({
  kind: 'facts',
  rows: rows.filter((row): row is [string, string] => Boolean(row[1])),
});
const hex = (sha256: Buffer) => sha256.toString('hex');

function cut(text: string): string {
  return text.length > TEXT_CHARACTERS
    ? `${text.slice(0, TEXT_CHARACTERS)}\n[The rest stands in the source of the message, in the archive.]`
    : text;
}

function summary(read: DossierRead, { zone, now, providerName }: DossierOptions): Block[] {
  const { row } = read;
  const spans = durations(row, now);
  const at = (moment: Date | null) => (moment ? exact(moment, zone) : null);
  const span = (ms: number | null) => (ms === null ? null : duration(ms));
  return [
    {
      kind: 'title',
      text: `#${row.number} ${row.title}`,
      below: [
        [read.organisation, stateWords(row.state)].filter(Boolean).join(', '),
        `As of ${exact(now, zone)}; times in this zone unless they say otherwise`,
      ],
    },
    facts([
      ['Provider', providerName],
      [
        'Addresses',
        read.addresses.map((one) => [one.text, one.hostname].filter(Boolean).join(' ')).join(', '),
      ],
      ['Reason', row.reason ?? 'not known'],
      ['Block codes', row.block_codes.join(', ')],
      ['Recipient domains', row.recipient_domains.join(', ')],
      ['Affected', row.affected],
      ['Rejections', row.rejection_count > 0 && String(row.rejection_count)],
      ['Tickets', read.tickets.map((one) => `${one.reference} (${one.state})`).join(', ')],
      ['Responsible', read.assignee],
      ['Tags', read.tags.join(', ')],
      ...read.fields.map((field): [string, string] => [field.name, field.value]),
      ['Rounds of letters', String(row.round)],
      ['Relapses', row.relapses > 0 && String(row.relapses)],
      ['Blocked since', at(blockedSince(row))],
      ['First request', at(row.first_request_at)],
      ['First answer', at(row.first_answer_at)],
      ['Mitigated', at(row.mitigated_at)],
      ['Recovered', at(row.recovered_at)],
      ['Closed', at(row.closed_at)],
      ['Blocked for', span(spans.blocked)],
      ['Until the first request', span(spans.toFirstRequest)],
      ['Until the first answer', span(spans.toFirstAnswer)],
      ['Until the mitigation', span(spans.toMitigation)],
    ]),
  ];
}

const CLAIM_COLUMNS: Column[] = [
  { title: 'Claim', share: 0.26 },
  { title: 'Status', share: 0.13 },
  { title: 'Rested on', share: 0.36 },
  { title: 'Seen', share: 0.25 },
];
const CLAIM_WORDS: Record<Claim['status'], string> = {
  supported: 'held',
  contradicted: 'contradicted',
  stale: 'too old',
  unknown: 'not known',
};

/** What was known of a claim when the letter went out, and how the letter said it. */
const claimStatus = ({ status, stated }: Claim): string =>
  stated === 'intent'
    ? 'announced'
    : stated === 'fact'
      ? `${CLAIM_WORDS[status]}, stated`
      : CLAIM_WORDS[status];

function claimBlocks(claims: Claim[], zone: string): Block[] {
  const silent = claims.filter((claim) => claim.status === 'unknown' && !claim.stated);
  const telling = claims.filter((claim) => !silent.includes(claim));
  return [
    ...(telling.length > 0
      ? [
          {
            kind: 'table' as const,
            columns: CLAIM_COLUMNS,
            rows: telling.map((claim) => [
              claim.text,
              claimStatus(claim),
              claim.evidence ?? '',
              claim.observedAt ? exact(new Date(claim.observedAt), zone) : '',
            ]),
          },
        ]
      : []),
    ...(silent.length > 0
      ? [note(`Not known when it was sent, and left out: ${silent.map((claim) => claim.text).join('; ')}.`)]
      : []),
  ];
}

function letterBlocks(read: DossierRead, { zone }: DossierOptions): Block[] {
  if (read.letters.length === 0) return [heading('Letters'), note('None was sent.')];
  return [
    heading('Letters'),
    ...read.letters.flatMap((letter, index): Block[] => [
      heading(`Letter ${index + 1}: ${letter.subject}`, 2),
      facts([
        ['Round', roundWords(letter.round)],
        ['Sent', letter.sent_at && exact(letter.sent_at, zone)],
        ['By', letter.channel && CHANNEL_WORDS[letter.channel]],
        ['Written by', letter.created_by_name],
      ]),
      { kind: 'verbatim', text: letter.body },
      ...claimBlocks(letter.claims, zone),
    ]),
  ];
}

type Message = DossierRead['messages'][number];

function messageBlocks(message: Message, { zone, providerName }: DossierOptions): Block[] {
  const isIn = message.direction === 'in';
  const fields = message.form_fields ?? [];
  return [
    heading(`${isIn ? 'From' : 'To'} ${providerName}: ${message.subject || 'without a subject'}`, 2),
    facts([
      [isIn ? 'Received' : 'Sent', exact(message.at, zone)],
      ['From', message.from_address],
      ['To', message.to_address],
      ['By', CHANNEL_WORDS[message.channel]],
      ['Ticket', message.reference],
      ['Delivery', message.dispatch],
      [
        'Verdict',
        message.verdict &&
          `${stateWords(message.verdict)}${message.applied ? '' : ', which has not counted'}`,
      ],
      ['Because of', message.quote && `“${message.quote}”`],
      ['Sender', isIn && message.proven !== null && (message.proven ? 'proven to be theirs' : 'not proven')],
      [
        'Attachments',
        message.attachments
          .map((one) => `${one.file_name || 'without a name'} (${sizeWords(one.byte_length)})`)
          .join(', '),
      ],
      ['SHA-256 of the source', hex(message.sha256)],
    ]),
    // A letter's own text stands above.
    ...(message.letter_id !== null ? [] : [{ kind: 'verbatim' as const, text: cut(message.text) }]),
    ...(fields.length > 0
      ? [
          {
            kind: 'table' as const,
            columns: [
              { title: 'Field of the form', share: 0.3 },
              { title: 'Entered', share: 0.7 },
            ],
            rows: fields.map((field) => [field.label, field.value]),
          },
        ]
      : []),
  ];
}

function correspondence(read: DossierRead, options: DossierOptions): Block[] {
  const blocks = read.messages.flatMap((message) => messageBlocks(message, options));
  return [
    heading('Correspondence'),
    ...(blocks.length > 0 ? blocks : [note('None is kept.')]),
    ...(read.messageCount > read.messages.length
      ? [note(`${read.messageCount - read.messages.length} later messages are not on paper.`)]
      : []),
  ];
}

const OUTCOMES = { good: 'good', bad: 'bad', note: 'noted', unknown: 'unknown' } as const;
const EVIDENCE_COLUMNS: Column[] = [
  { title: 'About', share: 0.2 },
  { title: 'Looked at', share: 0.2 },
  { title: 'Found', share: 0.36 },
  { title: 'Last seen', share: 0.24 },
];
const RESULTS = { supports: 'holds', contradicts: 'does not hold', unknown: 'not known' } as const;

function evidence(read: DossierRead, { zone, now, kindTitles }: DossierOptions): Block[] {
  const looked = read.snapshots
    .filter(({ outcome, facts: rows }) => outcome !== 'note' || rows.length > 0)
    .map((one) => aged(one, now));
  return [
    heading('Evidence, as it stands now'),
    ...(looked.length > 0
      ? [
          {
            kind: 'table' as const,
            columns: EVIDENCE_COLUMNS,
            rows: looked.map((one) => [
              one.address ?? one.domain ?? '',
              kindTitles.get(one.kind) ?? one.kind,
              `${OUTCOMES[one.outcome]}: ${one.summary}`,
              exact(one.last_seen_at, zone),
            ]),
          },
        ]
      : [note('Nothing was looked up.')]),
    ...(read.recorded.length > 0
      ? [
          heading('Recorded by people', 2),
          {
            kind: 'table' as const,
            columns: [
              { title: 'Claim', share: 0.22 },
              { title: 'Found', share: 0.38 },
              { title: 'Where, by whom', share: 0.2 },
              { title: 'Seen', share: 0.2 },
            ],
            rows: read.recorded.map((one) => [
              [one.claim, one.address].filter(Boolean).join(', '),
              `${RESULTS[one.result]}: ${one.words}`,
              `${one.source}, ${one.recorded_by_name}`,
              exact(one.observed_at, zone),
            ]),
          },
        ]
      : []),
    ...(read.screenshots.length > 0
      ? [
          note(
            `Screenshots, in the archive: ${read.screenshots.map((one) => one.file_name || `picture ${one.id}`).join(', ')}.`,
          ),
        ]
      : []),
  ];
}

function rejections(read: DossierRead, { zone }: DossierOptions): Block[] {
  if (read.rejections.length === 0) return [];
  return [
    heading('Rejections'),
    ...read.rejections.flatMap((one): Block[] => [
      {
        kind: 'paragraph',
        text: [
          one.occurred_at ? exact(one.occurred_at, zone) : `recorded ${exact(one.recorded_at, zone)}`,
          [one.reply_code, one.enhanced_code, one.block_code].filter(Boolean).join(' '),
          one.recipient_domain && `to ${one.recipient_domain}`,
          one.seen > 1 && `${one.seen} times`,
        ]
          .filter(Boolean)
          .join(', '),
        isNote: true,
      },
      { kind: 'verbatim', text: one.text, isCode: true },
    ]),
  ];
}

/** What an entry says beyond its title, in the words of the day. */
function moreOf({ detail }: Entry): string {
  const said = detail as { text?: string; reason?: string; words?: string; quote?: string | null };
  return said.text ?? said.reason ?? said.words ?? said.quote ?? '';
}

const ours = (entry: Entry) => entry.kind === 'note-added' || entry.kind === 'note-corrected';

function timeline(read: DossierRead, { zone, withNotes }: DossierOptions): Block[] {
  const shown = withNotes ? read.entries : read.entries.filter((entry) => !ours(entry));
  const left = read.entryCount - read.entries.length;
  return [
    heading('Timeline'),
    {
      kind: 'table',
      columns: [
        { title: 'When', share: 0.24 },
        { title: 'What', share: 0.6 },
        { title: 'Who', share: 0.16 },
      ],
      rows: shown.map((entry) => {
        const { title, by } = describeEntry(entry);
        // A rejection's and a message's words stand in their own parts.
        const more =
          entry.kind === 'rejection-recorded' || (!withNotes && !entry.messageId) ? '' : moreOf(entry);
        return [
          exact(entry.occurredAt, zone),
          [[title, by].filter(Boolean).join(', '), more].filter(Boolean).join(': ') +
            (entry.correctedBy ? ' (corrected later)' : ''),
          entry.actor,
        ];
      }),
    },
    ...(left > 0 ? [note(`${left} later entries are not on paper.`)] : []),
  ];
}

/** The dossier in its order: what it is about, what was asked and answered, what was known, what happened. */
export const dossierContents = (read: DossierRead, options: DossierOptions): Block[] => [
  ...summary(read, options),
  ...letterBlocks(read, options),
  ...correspondence(read, options),
  ...evidence(read, options),
  ...rejections(read, options),
  ...timeline(read, options),
];
