import { momentsOf, waitsOf } from '../incidents/course-facts.ts';
import { durations, stateWords } from '../incidents/incidents.ts';
import { count, duration, exact } from '../web/format.ts';
import { type Block, facts, heading, note } from './blocks.ts';
import { evidenceBlocks } from './evidence-blocks.ts';
import { letterBlocks } from './letter-blocks.ts';
import { messageBlocks } from './message-blocks.ts';
import type { DossierOptions } from './options.ts';
import { PART_NAMES, PARTS, type Part } from './parts.ts';
import type { DossierRead } from './store.ts';
import { timelineBlocks } from './timeline-blocks.ts';

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
      ['Rejections', row.rejection_count > 0 && count(row.rejection_count)],
      ['Tickets', read.tickets.map((one) => `${one.reference} (${one.state})`).join(', ')],
      ['Owner', read.assignee],
      ['Tags', read.tags.join(', ')],
      ...read.fields.map((field): [string, string] => [field.name, field.value]),
      ['Rounds of letters', String(row.round)],
      ['Relapses', row.relapses > 0 && String(row.relapses)],
      ...momentsOf(row, at),
      ['Blocked for', span(spans.blocked)],
      ...waitsOf(spans, span),
    ]),
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
          one.seen > 1 && `${count(one.seen)} times`,
        ]
          .filter(Boolean)
          .join(', '),
        isNote: true,
      },
      { kind: 'verbatim', text: one.text, isCode: true },
    ]),
    ...(read.hasMoreRejections
      ? [
          note(
            `These are the first ${count(read.rejections.length)} rejections. The reports that all are read from are in the .zip of this incident.`,
          ),
        ]
      : []),
  ];
}

const WRITTEN: Record<Part, (read: DossierRead, options: DossierOptions) => Block[]> = {
  letters: letterBlocks,
  correspondence: messageBlocks,
  evidence: evidenceBlocks,
  rejections,
  timeline: timelineBlocks,
};

function leftOut(parts: readonly Part[]): Block[] {
  const missing = PART_NAMES.filter((part) => !parts.includes(part)).map((part) => PARTS[part].toLowerCase());
  return missing.length > 0 ? [note(`Left out here: ${missing.join(', ')}.`)] : [];
}

/** The dossier in its order: what it is about, what was asked and answered, what was known, what happened. */
export const dossierContents = (
  read: DossierRead,
  options: DossierOptions,
  parts: readonly Part[] = PART_NAMES,
): Block[] => [
  ...summary(read, options),
  ...leftOut(parts),
  ...PART_NAMES.filter((part) => parts.includes(part)).flatMap((part) => WRITTEN[part](read, options)),
];
