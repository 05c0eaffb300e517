import type { Outcome } from '../evidence/kind.ts';
import { stateWords } from '../incidents/incidents.ts';
import { linkWords } from '../incidents/links/kinds.ts';
import { roundWords } from '../letters/rounds.ts';
import { count } from '../web/format.ts';
import type { Entry, EntryDetails, EntryKind } from './entries.ts';

/** A sentence as part of another. */
const bare = (sentence: string) => sentence.replace(/\.$/, '');
const times = (seen: number) => (seen > 1 ? `, ${count(seen)} times` : '');

const VERDICT_TITLES: Record<EntryDetails['message-received']['verdict'], string> = {
  acknowledged: 'They have the request',
  denied: 'They said no',
  mitigated: 'They lifted the block',
  'conditionally-mitigated': 'They lifted the block, with conditions',
  'not-blocked': 'They see no block',
  'needs-information': 'They want to know more',
  'refused-to-explain': 'They give no reasons',
  closed: 'They closed the case',
  other: 'Message from them',
};

const CHANNELS = {
  form: 'by form',
  email: 'by e-mail',
  portal: 'in the portal',
  phone: 'by telephone',
  other: 'another way',
} as const;

const DISPATCH_TITLES: Record<EntryDetails['dispatch-settled']['state'], string> = {
  sent: 'Their server took the mail',
  failed: 'The mail could not be delivered',
  'failed-for-some': 'The mail did not reach every recipient',
  'delivered-unknown': 'Nobody can say whether the mail arrived',
  withdrawn: 'Withdrawn before it left',
  'sent-again': 'To be sent again',
};

const changedWords = ({ added, removed }: { added: string[]; removed: string[] }) =>
  [added.length > 0 && `added ${added.join(', ')}`, removed.length > 0 && `removed ${removed.join(', ')}`]
    .filter(Boolean)
    .join('; ');

type Describe = { [Kind in EntryKind]: (detail: EntryDetails[Kind]) => { title: string; by: string } };

/** How many looks speak for us, against us, or stayed without a result. */
function foundWords(results: EntryDetails['evidence-checked']['results']): string {
  const of = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length;
  return (
    [
      [of('bad'), 'bad'],
      [of('unknown'), 'unknown'],
      [of('good'), 'good'],
      [of('note'), 'noted'],
    ] as const
  )
    .filter(([n]) => n > 0)
    .map(([n, what]) => `${n} ${what}`)
    .join(', ');
}

const ERASED_TITLES = {
  person: 'Data of a person erased',
  account: 'An account made anonymous',
  retention: 'Old addresses erased',
  sources: 'Old sources removed',
};

/** One sentence for each kind: the same words on pages, in the API and on paper. */
const DESCRIPTIONS: Describe = {
  'incident-logged': (d) => ({
    title: 'Logged',
    by: `${d.provider}, ${d.addresses.join(', ')}; from ${d.source}`,
  }),
  'rejection-recorded': (d) => ({
    title: d.first ? 'First rejection' : 'Rejection',
    by:
      [d.codes, d.recipientDomain && `to ${d.recipientDomain}`, d.mx && `by ${d.mx}`]
        .filter(Boolean)
        .join(', ') + times(d.seen),
  }),
  'report-added': (d) => ({
    title: 'Report added',
    by: `${d.rejections === 1 ? '1 rejection' : `${d.rejections} distinct rejections`}${times(d.seen)}${d.fileName ? `, from ${d.fileName}` : ''}`,
  }),
  'evidence-recorded': (d) => ({
    title: 'Evidence recorded',
    by: `${d.about}${d.address ? `, ${d.address}` : ''}; ${d.source}`,
  }),
  'place-read': (d) => ({ title: d.place, by: `${d.subject}: ${d.value}; looked up by hand` }),
  'evidence-checked': (d) => ({ title: 'Evidence checked', by: foundWords(d.results) }),
  'ticket-opened': (d) => ({ title: 'Ticket', by: `${d.reference}, ${CHANNELS[d.channel]}` }),
  'ticket-closed': (d) => ({ title: 'Ticket closed', by: d.reference }),
  'letter-drafted': (d) => ({ title: 'Letter drafted', by: d.title }),
  'letter-sent': (d) => ({
    title: `Letter ${d.number}, ${roundWords(d.round)}`,
    by: `${CHANNELS[d.channel]}${d.reference ? `, ticket ${d.reference}` : ''}`,
  }),
  'finding-overridden': (d) => ({ title: 'Sent in spite of a stop', by: `${d.rule}, ${d.about}` }),
  'claim-overridden': (d) => ({ title: 'Contradicted claim overridden', by: d.about }),
  'message-received': (d) => ({
    title: d.applied === false ? `Not proven: ${VERDICT_TITLES[d.verdict]}` : VERDICT_TITLES[d.verdict],
    by: [d.from, d.reference && `ticket ${d.reference}`].filter(Boolean).join(', '),
  }),
  'message-sent': (d) => ({
    title: 'Message sent',
    by: [d.to && `to ${d.to}`, CHANNELS[d.channel]].filter(Boolean).join(', '),
  }),
  'verdict-corrected': (d) => ({
    title: d.from === d.to ? 'Verdict confirmed' : 'Verdict corrected',
    by: d.from === d.to ? stateWords(d.to) : `${stateWords(d.from)} became ${stateWords(d.to)}`,
  }),
  'verdict-accepted': (d) => ({ title: 'Answer accepted', by: `${stateWords(d.verdict)}, from ${d.from}` }),
  'dispatch-settled': (d) => ({
    title: DISPATCH_TITLES[d.state],
    by: [d.to && `to ${d.to}`, d.account].filter(Boolean).join(', '),
  }),
  'message-filed': (d) => ({
    title: 'Message filed here',
    by: `${d.from}, ${d.by}${d.cameFrom ? `, from #${d.cameFrom}` : ''}`,
  }),
  'message-moved-away': (d) => ({
    title: 'Message moved away',
    by: `${d.from}, ${d.to ? `to #${d.to}` : 'to Unfiled'}`,
  }),
  'state-changed': (d) => ({ title: `State: ${stateWords(d.to)}`, by: d.byHand ? 'by hand' : '' }),
  'relapse-seen': (d) => ({
    title: 'Refused again',
    by: `relapse ${d.relapses}, after ${stateWords(d.state)}`,
  }),
  'recovery-confirmed': () => ({ title: 'Recovery confirmed', by: '' }),
  'incident-assigned': (d) => ({
    title: d.to ? `Assigned to ${d.to}` : 'Assigned to nobody',
    by: d.from ? `before: ${d.from}` : '',
  }),
  'incident-edited': (d) => ({
    title: 'Facts changed',
    by: d.changes.map((change) => change.field).join(', '),
  }),
  'incident-linked': (d) => ({ title: `Linked to #${d.number}`, by: linkWords(d.kind, !d.readBack) }),
  'incident-unlinked': (d) => ({ title: `No longer linked to #${d.number}`, by: linkWords(d.kind, d.reads) }),
  'incident-merged': (d) => ({
    title: d.here ? `#${d.number} merged into this one` : `Merged into #${d.number}`,
    by: d.title,
  }),
  'merge-undone': (d) => ({
    title: d.here ? `Merge of #${d.number} undone` : `No longer a part of #${d.number}`,
    by: d.title,
  }),
  'incident-tagged': (d) => ({ title: 'Tags changed', by: changedWords(d) }),
  'watchers-changed': (d) => ({ title: 'Watchers changed', by: changedWords(d) }),
  'note-added': () => ({ title: 'Note', by: '' }),
  'note-corrected': () => ({ title: 'Note, corrected', by: '' }),
  'follow-up-due': (d) => ({ title: 'Follow-up due', by: `no answer from ${d.provider} in the usual time` }),
  'cause-recorded': (d) => ({
    title: d.fixed ? 'Cause recorded, and mended' : 'Cause recorded',
    by: d.about,
  }),
  'step-due': (d) => ({ title: 'Next step due', by: bare(d.what) }),
  'step-snoozed': (d) => ({ title: 'Next step put off', by: bare(d.what) }),
  'step-dismissed': (d) => ({ title: 'Next step dismissed', by: bare(d.what) }),
  'data-erased': (d) => ({
    title: ERASED_TITLES[d.what],
    by: d.what === 'sources' ? 'kept as long as the settings say' : `now ${d.became.join(', ')}`,
  }),
  'step-resumed': (d) => ({ title: 'Next step brought back', by: bare(d.what) }),
  'incident-shared': (d) => ({
    title: `Shared with ${d.madeFor}`,
    by: `${d.parts.map(stateWords).join(', ')}${d.personal ? ', with personal data' : ''}; until ${d.until.slice(0, 10)}`,
  }),
  'share-revoked': (d) => ({ title: `Share link for ${d.madeFor} revoked`, by: '' }),
};

export function describeEntry(entry: Entry): { title: string; by: string } {
  return (DESCRIPTIONS[entry.kind] as (detail: Entry['detail']) => { title: string; by: string })(
    entry.detail,
  );
}

/** The whole sentence, for the API's `summary` and for search. */
export function summarise(entry: Entry): string {
  const { title, by } = describeEntry(entry);
  const more =
    'text' in entry.detail && entry.kind.startsWith('note') ? `: ${entry.detail.text.slice(0, 200)}` : '';
  return `${title}${by ? `, ${by}` : ''}${more}`;
}
