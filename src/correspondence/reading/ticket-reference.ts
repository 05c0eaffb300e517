import { closed, Type } from '../../json-schema.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import words from './ticket-words.json' with { type: 'json' };

/** A provider's own reference: as written, what the provider calls it, and whose it is (null: not told). */
export type TicketReference = { reference: string; name: string; provider: string | null };

const List = Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { minItems: 1 });
export const TicketWords = Type.Object({ words: List, numberWords: List, notOurs: List }, closed);

/** Longest text that is searched, in characters. */
const MAX_TEXT = 20_000;
const MAX_REFERENCES = 20;
const LOOK_BACK = 40;
const NUMBER = '(?:\\p{Lu}{2,10}-)?[\\p{Lu}]{0,5}\\d[\\p{Lu}\\d]{0,24}(?:-\\d[\\p{Lu}\\d]{0,24}){0,3}';

const escaped = (list: string[]): string =>
  [...list]
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s'))
    .join('|');

/** A letter of a script that is written with blanks: a word of such a script begins behind none. */
const LETTER = '(?![\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー])[\\p{L}\\d]';
/** A word for a case with its number behind it. */
export const NAMED_REFERENCE = new RegExp(
  `(?<!${LETTER})(?<name>${escaped(words.words)})(?:\\s{0,2}(?:${escaped(words.numberWords)}))?\\s?(?:,\\s(?=\\d{8})|[\\s:：#.(\\[-]{0,3})(?<reference>${NUMBER})(?![\\p{L}\\d@])(?!\\.\\d)`,
  'giu',
);
/** A number in brackets (in round ones behind letters) or behind a number sign, as ticket systems write it. */
export const MARKED_REFERENCE =
  /\[#?\s?(?<bracketed>[A-Z]{0,5}\d{4,20}(?:-\d{1,12})?)\]|\((?<lettered>[A-Z]{2,5}\d{6,16})\)|#\s?(?<marked>\d{5,16})(?![\d.])/g;

const LEAST_DIGITS = 4;
const NEVER = /^(?:SBL|AS|CSS|PBL|XBL|CVE|RFC|OFR|LPN|TSS|S)\d+$/i;

type Hit = TicketReference & { at: number };

function isTheirs(text: string, hit: Hit): boolean {
  const lead = text.slice(Math.max(0, hit.at - LOOK_BACK), hit.at + 24).toLowerCase();
  const digits = hit.reference.replace(/\D/g, '').length;
  const before = lead.slice(
    0,
    lead.lastIndexOf(hit.reference.toLowerCase()) >= 0
      ? lead.lastIndexOf(hit.reference.toLowerCase())
      : lead.length,
  );
  const near = before.split(/[.;,\n]/).at(-1) ?? '';
  return (
    digits >= LEAST_DIGITS && !NEVER.test(hit.reference) && !words.notOurs.some((word) => near.includes(word))
  );
}

function catalogueHits(text: string, catalogue: Catalogue, provider?: string): Hit[] {
  const known = catalogue.byKey.get(provider ?? '');
  const providers = known
    ? [known, ...catalogue.providers.filter((one) => one !== known)]
    : catalogue.providers;
  return providers.flatMap((one) =>
    one.tickets.flatMap((ticket) =>
      [...text.matchAll(new RegExp(ticket.pattern, 'giu'))].slice(0, MAX_REFERENCES).flatMap((match) => {
        const reference = match.groups?.['reference'];
        return reference ? [{ reference, name: ticket.name, provider: one.key, at: match.index }] : [];
      }),
    ),
  );
}

/** The providers whose forms of references stand in a text, and those who share them, each once. */
export function ownersOfTickets(text: string, catalogue: Catalogue): string[] {
  const searched = text.slice(0, MAX_TEXT);
  const owners = catalogue.providers.flatMap(({ key, tickets }) =>
    tickets
      .filter(({ pattern }) => new RegExp(pattern, 'iu').test(searched))
      .flatMap(({ sharedWith = [] }) => [key, ...sharedWith]),
  );
  return [...new Set(owners)];
}

function genericHits(text: string, provider: string | null): Hit[] {
  const named = [...text.matchAll(NAMED_REFERENCE)].slice(0, MAX_REFERENCES).map((match) => ({
    reference: match.groups?.['reference'] ?? '',
    name: match.groups?.['name'] ?? '',
    provider,
    at: match.index,
  }));
  const marked = [...text.matchAll(MARKED_REFERENCE)].slice(0, MAX_REFERENCES).map((match) => ({
    reference: match.groups?.['bracketed'] ?? match.groups?.['lettered'] ?? match.groups?.['marked'] ?? '',
    name: 'number',
    provider,
    at: match.index,
  }));
  return [...named, ...marked].filter((hit) => isTheirs(text, hit)).sort((a, b) => a.at - b.at);
}

/**
 * The provider's references in a text, likeliest first: forms that the catalogue knows (the given provider's
 * before others'), then numbers behind a word for a case or marked as one. Each once.
 */
export function findTicketReferences(
  text: string,
  catalogue: Catalogue,
  provider?: string,
): TicketReference[] {
  const searched = text.slice(0, MAX_TEXT);
  const hits = [...catalogueHits(searched, catalogue, provider), ...genericHits(searched, provider ?? null)];
  const seen = new Map<string, TicketReference>();
  for (const { reference, name, provider: key } of hits) {
    const inside = [...seen.keys()].some((known) => known.includes(reference));
    if (!inside) seen.set(reference, { reference, name, provider: key });
  }
  return [...seen.values()];
}
