import { CHANNEL_WORDS } from '../correspondence/channels.ts';
import type { Claim } from '../letters/claims/claims.ts';
import { roundWords } from '../letters/rounds.ts';
import { count, exact } from '../web/format.ts';
import { type Block, type Column, facts, heading, note } from './blocks.ts';
import type { DossierOptions } from './options.ts';
import type { DossierRead } from './store.ts';

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

export function letterBlocks(read: DossierRead, { zone }: DossierOptions): Block[] {
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
    ...(read.hasMoreLetters
      ? [
          note(
            `These are the first ${count(read.letters.length)} letters. All of them are in the .zip of this incident.`,
          ),
        ]
      : []),
  ];
}
