import { stateWords } from '../incidents/incidents.ts';
import { describeEntry } from '../timeline/describe.ts';
import type { Entry, EntryDetails, EntryKind } from '../timeline/entries.ts';
import { count } from '../web/format.ts';
import type { Scope } from './parts.ts';

/** What a reader sees of an entry: a title, what stands beside it, and texts below. */
type SharedEntry = { title: string; by?: string; machine?: string; quote?: string; text?: string };

type Choices = { answers: boolean; letters: boolean; evidence: boolean; notes: boolean; personal: boolean };
type Tell<Kind extends EntryKind> = (detail: EntryDetails[Kind], choices: Choices) => SharedEntry;

const said = (parts: (string | null | undefined | false)[]): string => parts.filter(Boolean).join(', ');
const found = (results: EntryDetails['evidence-checked']['results']): string =>
  results.map(({ title, outcome, summary }) => `${title}: ${outcome}, ${summary}`).join('\n');

/**
 * The entries that a share can tell of, each with what it says. One that is not named here is shown to nobody: a new
 * kind stays inside until somebody has thought about it.
 */
const TOLD: Partial<{ [Kind in EntryKind]: Tell<Kind> }> = {
  'incident-logged': (d) => ({ title: 'Logged', by: said([d.provider, d.addresses.join(', ')]) }),
  'rejection-recorded': (d) => ({
    title: d.first ? 'First rejection' : 'Rejection',
    by: said([
      d.codes,
      d.recipientDomain && `to ${d.recipientDomain}`,
      d.mx && `by ${d.mx}`,
      d.seen > 1 && `${count(d.seen)} times`,
    ]),
    machine: d.text,
  }),
  'report-added': (d) => ({
    title: 'Report added',
    by: d.rejections === 1 ? '1 rejection' : `${d.rejections} distinct rejections`,
  }),
  'ticket-opened': (d) => ({ title: 'Ticket', by: d.reference }),
  'ticket-closed': (d) => ({ title: 'Ticket closed', by: d.reference }),
  'letter-sent': (d, { letters }) => ({
    title: describe('letter-sent', d).title,
    by: said([letters && d.subject, d.reference && `ticket ${d.reference}`]),
  }),
  'message-received': (d, { answers, personal }) => ({
    title: describe('message-received', d).title,
    by: said([personal && d.from, d.reference && `ticket ${d.reference}`]),
    ...(answers ? { quote: d.quote ?? d.excerpt } : {}),
  }),
  'message-sent': (d, { letters, personal }) => ({
    title: 'Message sent',
    by: said([personal && d.to && `to ${d.to}`, letters && d.subject]),
    ...(letters ? { quote: d.excerpt } : {}),
  }),
  'dispatch-settled': (d, { personal }) => ({
    title: describe('dispatch-settled', d).title,
    by: personal && d.to ? `to ${d.to}` : '',
  }),
  'state-changed': (d, { notes }) => ({
    title: `State: ${stateWords(d.to)}`,
    by: `before: ${stateWords(d.from)}`,
    ...(notes ? { text: d.reason } : {}),
  }),
  'relapse-seen': (d) => ({ title: 'Refused again', by: `relapse ${d.relapses}` }),
  'recovery-confirmed': (d, { notes }) => ({
    title: 'Recovery confirmed',
    ...(notes ? { text: d.words } : {}),
  }),
  'follow-up-due': (d) => ({ title: 'Follow-up due', by: `no answer from ${d.provider} in the usual time` }),
};

const ABOUT_EVIDENCE: Partial<{ [Kind in EntryKind]: Tell<Kind> }> = {
  'evidence-checked': (d) => ({ title: 'Evidence checked', text: found(d.results) }),
  'evidence-recorded': (d) => ({ title: d.about, by: said([d.address, d.source]), text: d.words }),
  'place-read': (d, { notes }) => ({
    title: d.place,
    by: d.subject,
    text: said([d.value, notes && d.note]),
  }),
};

/** What we told each other. */
const INTERNAL: Partial<{ [Kind in EntryKind]: Tell<Kind> }> = {
  'note-added': (d) => ({ title: 'Note', text: d.text }),
  'note-corrected': (d) => ({ title: 'Note, corrected', text: d.text }),
  'cause-recorded': (d) => ({
    title: d.fixed ? 'Cause recorded, and mended' : 'Cause recorded',
    by: d.about,
    text: [d.found, d.fixed].filter(Boolean).join('\n'),
  }),
  'claim-overridden': (d) => ({ title: 'Contradicted claim overridden', by: d.about, text: d.reason }),
  'finding-overridden': (d) => ({
    title: 'Sent in spite of a stop',
    by: said([d.rule, d.about]),
    text: d.reason,
  }),
  'verdict-corrected': (d) => describe('verdict-corrected', d),
  'incident-edited': (d) => ({
    title: 'Facts changed',
    text: d.changes
      .map(({ field, from, to }) => `${field}: ${from || 'empty'} became ${to || 'empty'}`)
      .join('\n'),
  }),
  'incident-assigned': (d, { personal }) => ({
    title: 'Responsibility changed',
    by: personal ? (d.to ?? 'nobody') : '',
  }),
};

const describe = <Kind extends EntryKind>(kind: Kind, detail: EntryDetails[Kind]) =>
  describeEntry({ kind, detail } as unknown as Entry);

const tellersOf = ({ parts }: Scope) => ({
  ...TOLD,
  ...(parts.includes('evidence') ? ABOUT_EVIDENCE : {}),
  ...(parts.includes('notes') ? INTERNAL : {}),
});

/** The kinds of entries that are read at all for a share. */
export const sharedKinds = (scope: Scope): EntryKind[] => Object.keys(tellersOf(scope)) as EntryKind[];

/** What a share tells of an entry; undefined: nothing. */
export function tellEntry(entry: Entry, scope: Scope): SharedEntry | undefined {
  const tell = tellersOf(scope)[entry.kind] as Tell<EntryKind> | undefined;
  const has = (part: Scope['parts'][number]) => scope.parts.includes(part);
  return tell?.(entry.detail, {
    answers: has('answers'),
    letters: has('letters'),
    evidence: has('evidence'),
    notes: has('notes'),
    personal: scope.personal,
  });
}
