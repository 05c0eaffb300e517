import { Fingerprint } from './fingerprint.ts';
import { textAt } from './octets.ts';
import { type Placed, placed } from './placed.ts';
import {
  AT,
  arePlain,
  COLON,
  CONTROL,
  DIGIT,
  endOfWord,
  isHost,
  isId,
  isNamedByDomain,
  isPartOfDomain,
  isTime,
  isV4,
  isV6,
  kindAt,
  kindsOf,
  LETTER,
  LONG_NUMBER,
  POINT,
  SHORT_ID,
  VARIES,
} from './words.ts';

/** Marks, and what stands for each when the outline is read as a reply. */
const ADDRESS_4 = 1;
const ADDRESS_6 = 2;
const MAIL = 3;
const ID = 4;
const NUMBER = 5;
const HOST = 6;
const STANDS_FOR: Record<number, string> = {
  [MAIL]: 'user1@example.org',
  [ID]: '7f3a9c0b5d2e4a61',
  [NUMBER]: '1000000000',
  [HOST]: 'mx.example.org',
};

/** Longer replies are read each by itself. */
const LONGEST_OUTLINED = 4000;
const MOST_ADDRESSES = 24;

/** Is told what is cut out and what mark is put there, from the left to the right. */
type Cut = (from: number, to: number, mark: number) => void;

/**
 * The outlines of replies, one after the other: a reply without what differs from one mail to the next:
 * addresses, ids of messages and sessions, times, the recipient. Thousands of lines have the same outline, and
 * mean the same. No text is made for it: most are known by their number.
 */
export class Outliner {
  #placed: Placed = placed('', { host: null, hostIp: null, domain: null });
  #fingerprint = new Fingerprint();
  #copied = 0;
  #cut: Cut | null = null;
  /** The IP addresses that were cut out, in their order: where each begins and ends. */
  #addresses = new Int32Array(2 * MOST_ADDRESSES);
  #count = 0;

  /** False for a reply that is too long, or that holds control characters. */
  read(reply: Placed, receiver: number, cut: Cut | null = null): boolean {
    const { octets, view, to } = reply;
    if (to - reply.reply > LONGEST_OUTLINED) return false;
    this.#placed = reply;
    this.#copied = reply.reply;
    this.#cut = cut;
    this.#count = 0;
    this.#fingerprint.start(receiver);
    for (let at = reply.reply; at < to; ) {
      // Most words are of letters alone, so what is looked for is what makes one worth a look, four at a time.
      while (at + 4 < to && arePlain(view.getInt32(at, true))) at += 4;
      const four = Math.min(at + 4, to);
      let kind = kindAt(octets, at);
      while ((kind & (VARIES | CONTROL)) === 0 && ++at < four) kind = kindAt(octets, at);
      if (at === four) continue;
      if (kind === CONTROL) return false;
      // The first that varies in its word is the point behind it: nothing else does.
      if (kind === POINT && at + 1 < to && kindAt(octets, at + 1) === 0) at += 1;
      else at = this.#word(at);
    }
    this.#fingerprint.octets(view, this.#copied, to);
    return this.#count <= MOST_ADDRESSES;
  }

  /** The same for the same outline of the same receiver, and for no other. */
  get key(): number {
    return this.#fingerprint.key;
  }

  /** How many addresses were cut out. */
  get addresses(): number {
    return this.#count;
  }

  /** Where an address begins, and where it ends. */
  addressFrom(place: number): number {
    return this.#addresses[2 * place] as number;
  }

  addressTo(place: number): number {
    return this.#addresses[2 * place + 1] as number;
  }

  /** The word around a place; where it ends. */
  #word(at: number): number {
    const { octets, reply, to } = this.#placed;
    let start = at;
    while (start > reply && kindAt(octets, start - 1) !== 0) start -= 1;
    let kinds = 0;
    let behind = start;
    for (; behind < to; behind += 1) {
      const kind = kindAt(octets, behind);
      if (kind === 0 || kind === CONTROL) break;
      kinds |= kind;
    }
    const end = endOfWord(octets, start, behind);
    // What ends a word counts no more.
    if (end !== behind) kinds = kindsOf(octets, start, end);
    if ((kinds & VARIES) !== 0) this.#cutWord(start, end, kinds);
    return behind;
  }

  #put(from: number, to: number, mark: number): void {
    this.#fingerprint.octets(this.#placed.view, this.#copied, from);
    this.#fingerprint.mark(mark);
    this.#copied = to;
    this.#cut?.(from, to, mark);
  }

  #putAddress(from: number, to: number, mark: number): void {
    if (this.#count < MOST_ADDRESSES) {
      this.#addresses[2 * this.#count] = from;
      this.#addresses[2 * this.#count + 1] = to;
    }
    this.#count += 1;
    this.#put(from, to, mark);
  }

  #cutWord(from: number, to: number, kinds: number): void {
    const { octets } = this.#placed;
    if (kinds === DIGIT) {
      if (to - from >= LONG_NUMBER) this.#put(from, to, NUMBER);
    } else if ((kinds & COLON) !== 0) this.#cutAtColons(from, to, kinds);
    else if ((kinds & AT) !== 0) this.#cutMail(from, to, kinds);
    else if (kinds === (DIGIT | POINT)) {
      if (isV4(octets, from, to)) this.#putAddress(from, to, ADDRESS_4);
    } else if ((kinds & POINT) !== 0) this.#cutLabels(from, to, kinds);
    else if (to - from < SHORT_ID || (kinds & DIGIT) === 0) return;
    else if ((kinds & LETTER) === 0 && isTime(octets, from, to)) this.#put(from, to, NUMBER);
    else if (isId(octets, from, to, false)) this.#put(from, to, ID);
  }

  /** Addresses of version 6, times, and words that others are tied to by a colon. */
  #cutAtColons(from: number, to: number, kinds: number): void {
    const { octets } = this.#placed;
    if (isV6(octets, from, to, kinds)) {
      this.#putAddress(from, to, ADDRESS_6);
      return;
    }
    if (isTime(octets, from, to)) {
      this.#put(from, to, NUMBER);
      return;
    }
    let start = from;
    for (let at = from; at <= to; at += 1) {
      if (at < to && kindAt(octets, at) !== COLON) continue;
      this.#cutWord(start, at, kindsOf(octets, start, at));
      start = at + 1;
    }
  }

  #cutMail(from: number, to: number, kinds: number): void {
    const { octets } = this.#placed;
    let domain = to;
    while (kindAt(octets, domain - 1) !== AT) domain -= 1;
    if ((kinds & DIGIT) !== 0 || isPartOfDomain(this.#placed, domain, to)) this.#put(from, to, MAIL);
  }

  /** A word with points in it: a host, or what cannot be told from one; of its labels, those that vary go. */
  #cutLabels(from: number, to: number, kinds: number): void {
    const { octets } = this.#placed;
    const isKnown =
      isHost(this.#placed, from, to) ||
      isPartOfDomain(this.#placed, from, to) ||
      isNamedByDomain(this.#placed, from, to);
    if (isKnown) this.#put(from, to, HOST);
    else if ((kinds & DIGIT) === 0) return;
    else if ((kindAt(octets, to - 1) & LETTER) === 0) {
      if (isId(octets, from, to, false)) this.#put(from, to, ID);
    } else this.#cutEachLabel(from, to);
  }

  #cutEachLabel(from: number, to: number): void {
    const { octets } = this.#placed;
    let start = from;
    for (let at = from; at <= to; at += 1) {
      if (at < to && kindAt(octets, at) !== POINT) continue;
      if (isId(octets, start, at, true)) this.#put(start, at, ID);
      start = at + 1;
    }
  }
}

const outliner = new Outliner();

/** The outline as a text, with a mark in the place of each part that was cut out. */
export function outlineText(reply: Placed): string {
  const { octets } = reply;
  let text = '';
  let copied = reply.reply;
  outliner.read(reply, 0, (from, to, mark) => {
    text += textAt(octets, copied, from) + String.fromCharCode(mark);
    copied = to;
  });
  return text + textAt(octets, copied, reply.to);
}

/** An address of the documentation, another one for each place. */
export const standInAddress = (place: number, isFour: boolean): string =>
  isFour ? `198.51.100.${place + 1}` : `2001:db8::${(place + 1).toString(16)}`;

/** The outline as a reply again, with words that mean nothing in the place of what was cut out. */
export function standIn(outlined: string): string {
  let place = -1;
  return outlined.replace(/[\x01-\x06]/g, (char) => {
    const mark = char.charCodeAt(0);
    if (mark !== ADDRESS_4 && mark !== ADDRESS_6) return STANDS_FOR[mark] ?? '';
    place += 1;
    return standInAddress(place, mark === ADDRESS_4);
  });
}
