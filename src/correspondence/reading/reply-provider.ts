import { closed, Type } from '../../json-schema.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import deskNames from './desk-names.json' with { type: 'json' };
import { LAYOUT, type ReplyParts } from './newest-part.ts';
import { providerOfSender } from './sender.ts';
import { ownersOfTickets } from './ticket-reference.ts';

const Names = Type.Array(Type.String({ minLength: 2, maxLength: 60 }), { minItems: 1 });
const ByProvider = Type.Record(Type.String({ pattern: '^[a-z0-9-]+$' }), Names);
/**
 * Names by which desks sign, by provider key, and hints: words that only one desk uses. Some keys have no
 * catalogue file: such a desk is still told by its key, so that its answer is not taken for somebody else's.
 * `ordinaryWords` are names that are words as well ("feel free"): written with a capital letter they are names.
 */
export const DeskNames = Type.Object({ names: ByProvider, hints: ByProvider, ordinaryWords: Names }, closed);

/** `raw` is the reply as it came, markup and all. */
export type ReplySource = { raw: string; parts: ReplyParts; from?: string };

/** How much a name weighs, by where it stands: who signs writes; others are only spoken of. */
const WEIGHTS = { signature: 6, subject: 4, opening: 2, elsewhere: 1 } as const;
const SIGNATURE_LINES = 3;
const OPENING_LINES = 2;

function namesOf(catalogue: Catalogue): [string, string[]][] {
  const names = new Map<string, string[]>(Object.entries(deskNames.names));
  for (const { key, name, aliases } of catalogue.providers) {
    names.set(key, [
      ...new Set([...(names.get(key) ?? []), name, ...aliases].map((one) => one.toLowerCase())),
    ]);
  }
  return [...names];
}

const isLetter = (sign: string | undefined): boolean => sign !== undefined && /[\p{L}\p{N}]/u.test(sign);

function contains(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const han = /\p{Script=Han}/u.test(name);
    if (han || (!isLetter(text[at - 1]) && !isLetter(text[at + name.length]))) return true;
  }
  return false;
}

/** How a name is written that is a word as well: "Orange"; a short one is an abbreviation, "TIM". */
const withCapitals = (name: string): string[] =>
  name.length <= 3
    ? [name.toUpperCase()]
    : [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, name.toUpperCase()];

const isNamedIn = (line: string, name: string): boolean =>
  deskNames.ordinaryWords.includes(name)
    ? withCapitals(name).some((one) => contains(line, one))
    : contains(line.toLowerCase(), name);

/** A line that only greets names whom the desk writes to: "Hello Tim,". */
function isSalutation(line: string): boolean {
  const words = line.toLowerCase();
  return (
    words.length <= 60 &&
    !/[.!?]\s/.test(words) &&
    LAYOUT.salutations.some((word) => words.startsWith(word) && !isLetter(words[word.length]))
  );
}

function weighLines(parts: ReplyParts): [string, number][] {
  const body = parts.passedOn === null ? parts.newest : `${parts.newest}\n${parts.passedOn}`;
  const lines = body
    .slice(0, 16_000)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isSalutation(line));
  const isSigned = (at: number): boolean =>
    at >= lines.length - SIGNATURE_LINES && (lines[at]?.length ?? 0) <= 80 && lines.length > 1;
  const weighed = lines.map((line, at): [string, number] => {
    if (isSigned(at)) return [line, WEIGHTS.signature];
    return [line, at < OPENING_LINES ? WEIGHTS.opening : WEIGHTS.elsewhere];
  });
  const signed = parts.signature.split('\n').slice(0, SIGNATURE_LINES);
  return [
    [parts.subject ?? '', WEIGHTS.subject],
    ...weighed,
    ...signed.map((line): [string, number] => [line, WEIGHTS.signature]),
  ];
}

/** The keys of those whose names stand in a line. A name inside of another's longer one names nobody: "Yahoo! Mail". */
function namedIn(line: string, names: [string, string[]][]): string[] {
  const named = names.flatMap(([key, known]) =>
    known.filter((name) => isNamedIn(line, name)).map((name) => ({ key, name })),
  );
  const isInside = ({ key, name }: { key: string; name: string }): boolean =>
    named.some((other) => other.key !== key && other.name !== name && other.name.includes(name));
  return [...new Set(named.filter((one) => !isInside(one)).map(({ key }) => key))];
}

/** The provider whose name stands where desks name themselves; the first of the heaviest. */
function providerByName(parts: ReplyParts, catalogue: Catalogue): string | null {
  const weights = new Map<string, number>();
  const names = namesOf(catalogue);
  for (const [line, weight] of weighLines(parts)) {
    for (const key of namedIn(line, names)) weights.set(key, (weights.get(key) ?? 0) + weight);
  }
  return [...weights].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** Last resort: a desk's name in a link, or a word that only one desk uses. */
function providerByHint({ raw, parts }: ReplySource): string | null {
  const linked =
    raw
      .slice(0, 16_000)
      .toLowerCase()
      .match(/https?:\/\/[a-z0-9.-]{1,200}/g) ?? [];
  const hosts = linked.flatMap((link) => link.split(/[/.]/));
  const byLink = Object.entries(deskNames.names).find(([, names]) =>
    names.some((name) => hosts.includes(name)),
  );
  const text = `${parts.newest} ${parts.passedOn ?? ''}`.slice(0, 16_000).toLowerCase();
  const byWord = Object.entries(deskNames.hints).find(([, words]) =>
    words.some((word) => text.includes(word)),
  );
  return byLink?.[0] ?? byWord?.[0] ?? null;
}

/**
 * Whose desk wrote: by the sender's domain, else the provider that was asked, else the form of the ticket (where
 * desks share a form, the one that is named), else the name in signature, subject or text. Null when nothing tells.
 */
export function providerOfReply(source: ReplySource, catalogue: Catalogue, asked?: string): string | null {
  const bySender = source.from === undefined ? undefined : providerOfSender(source.from, catalogue);
  if (bySender) return bySender.key;
  if (asked !== undefined) return asked;
  const newest = `${source.parts.subject ?? ''}\n${source.parts.newest}\n${source.parts.passedOn ?? ''}`;
  const byTicket = ownersOfTickets(newest, catalogue);
  const byName = providerByName(source.parts, catalogue);
  const first = byTicket[0] ?? byName ?? providerByHint(source);
  return byName !== null && byTicket.includes(byName) ? byName : first;
}
