import type { ParsedReport } from '../../bounces/parse-report.ts';
import { NOTHING_FOUND } from '../../bounces/report-notes.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { noSuchProvider } from '../../providers/choice.ts';
import type { Provider } from '../../providers/schema.ts';
import { count } from '../../web/format.ts';
import { incidentTitle, stateWords } from '../incidents.ts';
import { type AskedFor, takes } from './asked-for.ts';
import { type Block, partMeant } from './blocks.ts';
import type { OpenIncident } from './open-incident.ts';
import { codesOf, type SeenRejection } from './rejections.ts';

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
  /** The open incident that takes each of the blocks that are to be logged. */
  matches: (OpenIncident | undefined)[];
  addresses: Map<string, string>;
  catalogue: Catalogue;
  /** The incident that the report was brought to. */
  asked: AskedFor | undefined;
};

const BASES: Record<string, string> = {
  text: 'From the words of the reply.',
  host: 'From the host that replied.',
  recipient: 'From the recipient’s domain.',
  list: 'From the list that the reply cites.',
  generic: 'Guess: the words are used by several.',
};

const MOST_LINES = 50;

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

/** What takes a block, and why that is offered. */
function matchView(match: OpenIncident | undefined, { networks }: Block, { asked }: More) {
  if (!match) return null;
  const isAsked = match.number === asked?.number;
  const known = new Set(asked?.taker.networks.map(({ cidr }) => cidr));
  const added = isAsked ? networks.filter(({ cidr }) => !known.has(cidr)).map(({ text }) => text) : [];
  const why =
    added.length > 0 ? `Same provider; ${added.join(', ')} is new to it.` : 'Same provider, same address.';
  return { ...match, stateWords: stateWords(match.state), why };
}

const basisOf = ({ provider, rejections: [first] }: Block, { asked }: More) => {
  if (!provider) return 'The report does not say; choose it.';
  if (provider.key === (first?.provider ?? first?.listOwner)) return BASES[first?.providerBasis ?? ''] ?? '';
  return asked ? `That of #${asked.number}; the report does not say.` : 'Named in the text.';
};

function blockView(block: Block, match: OpenIncident | undefined, more: More) {
  const [first] = block.rejections;
  const owner = first?.listOwner ? more.catalogue.byKey.get(first.listOwner)?.name : undefined;
  const addresses = block.networks.map((network) => network.text);
  return {
    provider: block.provider?.key ?? '',
    providerName: block.provider?.name ?? '',
    operator: block.provider?.operator ?? '',
    basis: basisOf(block, more),
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
    match: matchView(match, block, more),
    rejections: block.rejections.length,
  };
}

const chosenByHand = ({ provider, providerText }: Chosen) =>
  provider ? 'Chosen by hand.' : noSuchProvider(providerText);

/** Which part of a report with several blocks is logged, where a provider is chosen. */
function partWords(blocks: Block[], { provider }: Chosen): string {
  if (blocks.length < 2 || !provider) return '';
  const part = partMeant(blocks, provider);
  if (!part) return `The whole report is logged as one incident of ${provider.name}.`;
  return part.provider
    ? `Only the part of ${provider.name} is logged.`
    : `Only the part whose provider is unknown is logged, as one of ${provider.name}.`;
}

/** Where a report was brought to an incident, and nothing in it is of its provider. */
function elsewhereWords(toLog: Block[], { asked }: More): string {
  if (!asked || toLog.length === 0 || toLog.some((block) => takes(asked, block))) return '';
  const names = toLog.flatMap(({ provider }) => (provider ? [provider.name] : []));
  const who = names.length > 0 ? `Refused by ${names.join(', ')}` : 'Who refused is not known yet';
  return `${who}, so it does not go to #${asked.number}.`;
}

/** What no provider is known for is left out. */
function eachWords(blocks: ReturnType<typeof blockView>[]): string {
  const loggable = blocks.filter((block) => block.provider).length;
  if (blocks.some((block) => block.match)) return `Log all ${count(loggable)}`;
  return `Log ${count(loggable)} ${loggable === 1 ? 'incident' : 'incidents'}`;
}

function submitWords(of: {
  match: ReturnType<typeof matchView>;
  isEach: boolean;
  blocks: ReturnType<typeof blockView>[];
  /** Where nothing was pasted yet. */
  asked: AskedFor | undefined;
}): string {
  if (of.match) return 'Log it';
  if (of.isEach) return eachWords(of.blocks);
  return of.asked && of.asked.state !== 'closed' ? `Add it to #${of.asked.number}` : 'Log the incident';
}

const titleOf = (block: Block | undefined) =>
  block?.provider && block.networks.length > 0
    ? incidentTitle(
        block.provider.name,
        block.networks.map(({ text }) => text),
      )
    : '';

type Read = { report: ParsedReport; blocks: Block[]; toLog: Block[] };

/** The right-hand side of the Log page. Without a report it says what will stand there. */
export function previewView(read: Read | undefined, more: More) {
  const { chosen, to } = more;
  const asRead = read?.blocks ?? [];
  const toLog = read?.toLog ?? [];
  const onlyPart = partWords(asRead, chosen);
  const several = asRead.length > 1;
  const isEach = several && !onlyPart;
  const blocks = (isEach ? toLog : asRead).map((block, index) =>
    blockView(block, isEach ? more.matches[index] : undefined, more),
  );
  const notBlocks = read?.report.notBlocks ?? [];
  const lines = [
    ...(read?.report.rejections.map((one) => lineView(one, true)) ?? []),
    ...notBlocks.map((one) => lineView(one, false)),
  ].sort((a, b) => a.line - b.line);
  const single = blocks.length === 1 ? blocks[0] : undefined;
  const match = isEach || !toLog[0] ? null : matchView(more.matches[0], toLog[0], more);
  const addresses = chosen.addresses || single?.addresses || '';
  // Without a rejection, a few words can still name who refuses, or an address.
  const named = read?.report.rejections.length === 0 && asRead.length > 0 && !more.asked;
  const name = chosen.providerText ? chosen.provider?.name : single?.providerName;
  return {
    isEmpty: !read,
    nothing: read !== undefined && read.report.rejections.length === 0,
    named,
    onlyNotBlocks: read?.report.rejections.length === 0 && notBlocks.length > 0,
    elsewhere: elsewhereWords(toLog, more),
    kept: toLog.some((block) => takes(more.asked, block)),
    isComplaint: read?.report.format === 'complaint',
    several,
    isEach,
    onlyPart,
    submit: submitWords({ match, isEach, blocks, asked: read ? undefined : more.asked }),
    someUnknown: several && blocks.some((block) => !block.provider),
    blocks,
    block: named ? null : (single ?? null),
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
    title: titleOf(toLog[0]),
    lines: lines.slice(0, MOST_LINES),
    hiddenLines: Math.max(0, lines.length - MOST_LINES),
    rejections: read?.report.rejections.length ?? 0,
    notBlocks: notBlocks.length,
    // That nothing was recognised is said above them.
    notes: (read?.report.notes ?? []).filter((note) => note !== NOTHING_FOUND),
  };
}
