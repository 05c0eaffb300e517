import { badgeOf } from '../evidence/badge.ts';
import { aged } from '../evidence/places/aged.ts';
import { count, exact } from '../web/format.ts';
import { type Block, type Column, heading, note } from './blocks.ts';
import type { DossierOptions } from './options.ts';
import type { DossierRead } from './store.ts';

const EVIDENCE_COLUMNS: Column[] = [
  { title: 'About', share: 0.2 },
  { title: 'Looked at', share: 0.2 },
  { title: 'Found', share: 0.36 },
  { title: 'Last seen', share: 0.24 },
];
const RESULTS = { supports: 'holds', contradicts: 'does not hold', unknown: 'not known' } as const;

export function evidenceBlocks(read: DossierRead, { zone, now, kindTitles }: DossierOptions): Block[] {
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
              `${badgeOf(one.outcome).words}: ${one.summary}`,
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
            `Screenshots, in the archive: ${read.screenshots.map((one) => one.file_name || `picture ${one.id}`).join(', ')}.${
              read.hasMoreScreenshots
                ? ` These are the first ${count(read.screenshots.length)}. All of them are there.`
                : ''
            }`,
          ),
        ]
      : []),
  ];
}
