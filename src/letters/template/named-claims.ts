import { didYouMean } from '../../nearest.ts';
import { CLAIM_KEYS } from '../claims/claims.ts';
import type { Block } from './parse.ts';

/** Reads which claims a block is about, and remembers all that a template uses, in their order. */
export class NamedClaims {
  readonly used = new Set<string>();
  private readonly report: (at: number, words: string) => void;

  constructor(report: (at: number, words: string) => void) {
    this.report = report;
  }

  private use(key: string, at: number): void {
    if (CLAIM_KEYS.includes(key)) this.used.add(key);
    else this.report(at, `there is no claim ${key}${didYouMean(key, CLAIM_KEYS)}`);
  }

  /** `{{#any "spf-pass dkim-pass"}}` */
  keys({ name, at, arguments: [first, ...rest], pairs }: Block): string[] {
    if (first?.is !== 'text' || rest.length + pairs.length > 0) {
      this.report(at, `a claim is named by a text in quotes, as in {{#${name} "spf-pass"}}`);
      return [];
    }
    const keys = first.text.split(' ').filter(Boolean);
    if (keys.length === 0) this.report(first.at, 'no claim is named here');
    for (const key of keys) this.use(key, first.at);
    return keys;
  }

  /** `{{#holding spf-pass="SPF"}}`: each claim with its words. */
  wordings({ name, at, arguments: [first], pairs }: Block): [string, string][] {
    if (first || pairs.length === 0)
      this.report(first?.at ?? at, `each claim is named with its words, as in {{#${name} spf-pass="SPF"}}`);
    const seen = new Set<string>();
    for (const pair of pairs) {
      if (seen.has(pair.key)) this.report(pair.at, `claim ${pair.key} is named twice`);
      seen.add(pair.key);
      this.use(pair.key, pair.at);
    }
    return pairs.map(({ key, text }) => [key, text]);
  }
}
