import { describeEntry } from '../timeline/describe.ts';
import type { Entry } from '../timeline/entries.ts';
import { exact } from '../web/format.ts';
import { type Block, heading, note } from './blocks.ts';
import type { DossierOptions } from './options.ts';
import type { DossierRead } from './store.ts';
import { restOfTimeline } from './whole-timeline.ts';

/** What an entry says beyond its title, in the words of the day. */
function moreOf({ detail }: Entry): string {
  const said = detail as { text?: string; reason?: string; words?: string; quote?: string | null };
  return said.text ?? said.reason ?? said.words ?? said.quote ?? '';
}

export function timelineBlocks(read: DossierRead, { zone }: DossierOptions): Block[] {
  const rest = restOfTimeline(read.entries.length, read.entryCount);
  return [
    heading('Timeline'),
    {
      kind: 'table',
      columns: [
        { title: 'When', share: 0.24 },
        { title: 'What', share: 0.6 },
        { title: 'Who', share: 0.16 },
      ],
      rows: read.entries.map((entry) => {
        const { title, by } = describeEntry(entry);
        // A rejection's and a message's words stand in their own parts.
        const more = entry.kind === 'rejection-recorded' ? '' : moreOf(entry);
        return [
          exact(entry.occurredAt, zone),
          [[title, by].filter(Boolean).join(', '), more].filter(Boolean).join(': ') +
            (entry.correctedBy ? ' (corrected later)' : ''),
          entry.actor,
        ];
      }),
    },
    ...(rest ? [note(rest)] : []),
  ];
}
