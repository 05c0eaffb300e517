import type { ParsedReport } from '../bounces/parse-report.ts';
import { NOTHING_FOUND } from '../bounces/report-notes.ts';
import type { IncidentState } from '../database/tables.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { noSuchProvider } from '../providers/choice.ts';
import type { Provider } from '../providers/schema.ts';
import { incidentTitle } from './incidents.ts';
import type { SeenRejection } from './rejections.ts';
import type { Block } from './report.ts';

type Match = { number: number; title: string; state: IncidentState; stateWords: string };
/** What a person put into the fields in place of what was read. */
export type Chosen = {
  /** The provider as typed, and the one that is meant by it. */
  providerText: string;
  provider: Provider | undefined;
  addresses: string;
  reason: string;
};
type More = {
  chosen: Chosen;
  to: string;
  matches: (Match | undefined)[];
  addresses: Map<string, string>;
  catalogue: Catalogue;
};

const BASES: Record<string, string> = {
  text: 'From the words of the reply.',
  host: 'From the host that replied.',
  recipient: 'From the recipient’s domain.',
  list: 'From the list that the reply cites.',
  generic: 'Guess: the words are used by several.',
};

const NOT_BLOCK_LINES = 50;

const codesOf = (one: SeenRejection) =>
  [one.replyCode, one.enhancedCode, one.blockCode].filter((code) => code !== null);

function lineView(one: SeenRejection, isBlock: boolean) {
  return {
    line: one.line,
    at: one.at ? new Date(one.at) : null,
    atGuessed: one.atGuessed,
    to: one.recipientDomain ?? '',
    codes: codesOf(one).join(' '),
    ip: one.ip ?? '',
    isBlock,
    reason: one.reason ?? 'reason unknown',
    seen: one.seen,
    text: one.text,
  };
}

/** What the catalogue says of the rejection that decided: its meaning and the first step. */
function knowledge(one: SeenRejection | undefined, catalogue: Catalogue) {
  const [key, id] = one?.rule?.split('/') ?? [];
  const provider = key ? catalogue.byKey.get(key) : undefined;
  const rule =
    provider?.rejections.find((candidate) => candidate.id === id) ??
    catalogue.generic.find((candidate) => key === 'generic' && candidate.id === id);
  return {
    meaning: rule?.meaning ?? '',
    firstStep: rule?.firstStep ?? provider?.checkFirst[0]?.text ?? '',
    verified: rule?.verified ?? true,
  };
}

const permanence = (temporary: boolean | null) =>
  temporary === null
    ? ''
    : temporary
      ? 'Temporary: the server tries again by itself.'
      : 'Permanent: sending again does not help.';

function blockView(block: Block, match: Match | undefined, more: More) {
  const [first] = block.rejections;
  const owner = first?.listOwner ? more.catalogue.byKey.get(first.listOwner)?.name : undefined;
  const addresses = block.networks.map((network) => network.text);
  return {
    provider: block.provider?.key ?? '',
    providerName: block.provider?.name ?? '',
    operator: block.provider?.operator ?? '',
    basis: block.provider ? (BASES[first?.providerBasis ?? ''] ?? '') : 'The report does not say; choose it.',
    addresses: addresses.join(', '),
    addressNotes: addresses.map((text) => ({ text, note: more.addresses.get(text) ?? '' })),
    codes: first ? codesOf(first) : [],
    line: first?.line ?? 0,
    reason: block.reason ?? '',
    permanence: permanence(first?.temporary ?? null),
    list: first?.listName ? `${first.listName}${owner ? `, run by ${owner}` : ''}` : '',
    at: first?.at ? new Date(first.at) : null,
    atGuessed: first?.atGuessed ?? false,
    ...knowledge(first, more.catalogue),
    match: match ?? null,
    title: block.provider && addresses.length > 0 ? incidentTitle(block.provider.name, addresses) : '',
    rejections: block.rejections.length,
  };
}

const chosenByHand = ({ provider, providerText }: Chosen) =>
  provider ? 'Chosen by hand.' : noSuchProvider(providerText);

/** The right-hand side of the Log page. Without a report it says what will stand there. */
export function previewView(read: { report: ParsedReport; blocks: Block[] } | undefined, more: More) {
  const { chosen, to } = more;
  const blocks = read?.blocks.map((block, index) => blockView(block, more.matches[index], more)) ?? [];
  const notBlocks = read?.report.notBlocks ?? [];
  const lines = [
    ...(read?.report.rejections.map((one) => lineView(one, true)) ?? []),
    ...notBlocks.map((one) => lineView(one, false)),
  ].sort((a, b) => a.line - b.line);
  const single = blocks.length === 1 ? blocks[0] : undefined;
  const several = blocks.length > 1;
  const match = several ? null : (more.matches[0] ?? null);
  const addresses = chosen.addresses || single?.addresses || '';
  const name = chosen.providerText ? chosen.provider?.name : single?.providerName;
  return {
    isEmpty: !read,
    nothing: read !== undefined && blocks.length === 0,
    onlyNotBlocks: blocks.length === 0 && notBlocks.length > 0,
    several,
    someGoElsewhere: several && blocks.some((block) => block.match !== null),
    /** How many of several are logged: what no provider is known for is left out. */
    loggable: blocks.filter((block) => block.provider).length,
    someUnknown: several && blocks.some((block) => !block.provider),
    blocks,
    block: single ?? null,
    /** What was read, so that what a person changes is told from it. */
    found: {
      provider: single?.providerName ?? '',
      addresses: single?.addresses ?? '',
      reason: single?.reason ?? '',
    },
    /** What stands in the inputs: what a person chose comes before what was read. */
    provider: name ?? chosen.providerText,
    providerFrom: chosen.providerText ? chosenByHand(chosen) : (single?.basis ?? ''),
    addresses,
    addressNotes: chosen.addresses ? [] : (single?.addressNotes ?? []),
    reason: chosen.reason || single?.reason || '',
    match,
    asNew: match !== null && to === 'new',
    title: name && addresses ? incidentTitle(name, addresses.split(/[\s,;]+/)) : '',
    lines: lines.slice(0, NOT_BLOCK_LINES),
    hiddenLines: Math.max(0, lines.length - NOT_BLOCK_LINES),
    rejections: read?.report.rejections.length ?? 0,
    notBlocks: notBlocks.length,
    // That nothing was recognised is said above them.
    notes: (read?.report.notes ?? []).filter((note) => note !== NOTHING_FOUND),
  };
}
