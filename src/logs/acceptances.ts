import { spellCodes, withoutDetail } from './codes.ts';
import { type Finding, findingOf } from './gathering.ts';

/** Codes that are told apart; receivers that make up more are told by their reply code alone. */
const MOST_CODES = 64;

/** The findings of mail that was taken, by provider and codes. */
export class Acceptances {
  #providers: (string | null)[];
  #codes: number[] = [];
  #findings: (Finding | undefined)[] = [];

  /** Keys of providers, by their numbers. */
  constructor(providers: (string | null)[]) {
    this.#providers = providers;
  }

  of(provider: number, codes: number): Finding {
    const place = this.#place(codes) * this.#providers.length + provider;
    const known = this.#findings[place];
    if (known !== undefined) return known;
    const finding = findingOf({
      provider: this.#providers[provider] ?? null,
      outcome: 'accepted',
      reason: null,
      rule: null,
      ...spellCodes(this.#codes[this.#place(codes)] ?? 0),
      blockCode: null,
    });
    this.#findings[place] = finding;
    return finding;
  }

  #place(codes: number): number {
    for (let known = 0; known < this.#codes.length; known += 1)
      if (this.#codes[known] === codes) return known;
    const short = withoutDetail(codes);
    if (codes !== short && this.#codes.length >= MOST_CODES) return this.#place(short);
    return this.#codes.push(codes) - 1;
  }
}
