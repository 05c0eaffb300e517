import { type Network, parseNetwork } from '../../addresses/address.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { providerMeant } from '../../providers/choice.ts';
import type { Provider } from '../../providers/schema.ts';
import type { Block } from './blocks.ts';
import ordinaryWords from './ordinary-words.json' with { type: 'json' };
import type { SeenRejection } from './rejections.ts';

/** What somebody types is shorter; what is longer was copied, and is read as a report or not at all. */
const MOST_CHARACTERS = 300;
const MOST_WORDS = 40;
/** Names of providers have no more words than this. */
const LONGEST_NAME = 3;

const AROUND = /^[\s"'“”‘’()<>[\],;:!?]+|[\s"'“”‘’()<>[\],;:!?.]+$/gu;
const MAY_BE_NETWORK = /^[\da-f]{1,4}[.:][\da-f.:]{2,40}(?:\/\d{1,3})?$/i;

const wordsOf = (text: string): string[] =>
  text
    // What is copied from a chat or a document brings marks that nobody sees.
    .replace(/\p{Cf}/gu, '')
    .split(/\s+/, MOST_WORDS)
    .map((word) => word.replace(AROUND, ''))
    .filter(Boolean);

function networkOf(word: string): Network | undefined {
  if (!MAY_BE_NETWORK.test(word)) return undefined;
  try {
    return parseNetwork(word);
  } catch {
    // A version or a time, or an address that is nobody's.
    return undefined;
  }
}

/** The provider that is named from a word on, and how many words its name has: the longest name counts. */
function nameAt(words: string[], at: number, catalogue: Catalogue): [Provider | undefined, number] {
  for (let length = Math.min(LONGEST_NAME, words.length - at); length > 0; length -= 1) {
    const provider = providerMeant(words.slice(at, at + length).join(' '), catalogue);
    if (provider) return [provider, length];
  }
  return [undefined, 1];
}

/** Names that are words as well: among others, they name nobody. Outlook and Orange do, in what is written to a mail desk. */
const ORDINARY = new Set(ordinaryWords);

/** The one provider that the words name; undefined where they name none, or several. */
function providerIn(words: string[], catalogue: Catalogue): Provider | undefined {
  const named = new Set<Provider>();
  for (let at = 0; at < words.length; ) {
    const [provider, length] = nameAt(words, at, catalogue);
    const isOrdinary = length === 1 && words.length > 1 && ORDINARY.has((words[at] ?? '').toLowerCase());
    if (provider && !isOrdinary) named.add(provider);
    at += length;
  }
  return named.size === 1 ? [...named][0] : undefined;
}

/**
 * A few words that somebody types instead of a report, such as `203.0.113.7 hotmail`: who refuses, and which address.
 * Undefined where they name neither, or are too many.
 */
export function namedIn(text: string, catalogue: Catalogue): Block | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const words = wordsOf(text);
  const networks = new Map<string, Network>();
  for (const network of words.flatMap((word) => networkOf(word) ?? [])) networks.set(network.cidr, network);
  const provider = providerIn(
    words.filter((word) => !networkOf(word)),
    catalogue,
  );
  if (!provider && networks.size === 0) return undefined;
  return { provider: provider ?? null, networks: [...networks.values()], rejections: [], reason: null };
}

/** A text without the replies in it, so far as they stand there as they were read; else nothing of it. */
const besideReplies = (text: string, rejections: SeenRejection[]): string =>
  rejections
    .filter((one) => one.replyCode !== null || one.enhancedCode !== null)
    .reduce(
      (rest, { text: reply }) => (rest.includes(reply) ? rest.replaceAll(reply, ' ') : ''),
      text.replace(/\s+/g, ' '),
    );

/** The provider that somebody names beside a reply. Its own words can be names, too: “feel free to ask us”. */
export function namedBeside(
  text: string,
  rejections: SeenRejection[],
  catalogue: Catalogue,
): Provider | null {
  if (text.length > MOST_CHARACTERS) return null;
  return namedIn(besideReplies(text, rejections), catalogue)?.provider ?? null;
}
