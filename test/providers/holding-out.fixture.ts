import { readReply } from '../../src/bounces/reply-code.ts';
import { type Catalogue, readCatalogue } from '../../src/providers/catalogue.ts';
import { type Recognition, recognise } from '../../src/providers/match.ts';
import type { Provider } from '../../src/providers/schema.ts';

/**
 * Wordings that the catalogue does not know yet are the usual case: each sample is asked of a catalogue from which
 * what it was made by is taken away. What remains has to stand for it.
 */

/** A reply and what is right for it. Where `names` is false the words need not name the provider, but nobody else. */
export type Sample = { text: string; provider: string; names: boolean; reasons: string[] };

export type Judged = {
  sample: Sample;
  /** What the whole catalogue says, and what the rest of it says. */
  whole: Said;
  rest: Said;
};
type Said = Pick<Recognition, 'provider' | 'reason' | 'rule' | 'blockCode'>;

export const whole = readCatalogue();

/** A host as the provider's own, by its first pattern; null where it has none. */
export function hostOf({ hosts }: Provider): string | null {
  const [first] = hosts;
  return first === undefined ? null : first.replace(/^\*\./, 'mx1.').replace(/\.\*$/, '.example');
}

const withProvider = (key: string, change: (provider: Provider) => Provider | null): Catalogue => {
  const providers = whole.providers.flatMap((provider) =>
    provider.key === key ? (change(provider) ?? []) : provider,
  );
  return { ...whole, providers, byKey: new Map(providers.map((provider) => [provider.key, provider])) };
};

const made = new Map<string, Catalogue>();
function once(name: string, make: () => Catalogue): Catalogue {
  const known = made.get(name) ?? make();
  made.set(name, known);
  return known;
}

/** The catalogue without one rule, named as recognition names it: `gmx/block-listed`, `generic/policy`. */
export const withoutRule = (rule: string): Catalogue =>
  once(rule, () => {
    const [key = '', id] = rule.split('/');
    if (key === 'generic') return { ...whole, generic: whole.generic.filter((one) => one.id !== id) };
    return withProvider(key, (provider) => ({
      ...provider,
      rejections: provider.rejections.filter((one) => one.id !== id),
    }));
  });

/** The catalogue from before the provider's file was written. */
export const withoutProvider = (key: string): Catalogue => once(key, () => withProvider(key, () => null));

export const ask = (text: string, host: string | null, catalogue: Catalogue): Recognition =>
  recognise({ ...readReply(text), host, recipientDomain: null }, catalogue);

/** The examples of the providers' files: each is one wording of one provider. */
export const EXAMPLES: Sample[] = whole.providers.flatMap(({ key, rejections }) =>
  rejections.flatMap(({ examples, identifies, reason }) =>
    examples.map((text) => ({ text, provider: key, names: identifies, reasons: [reason] })),
  ),
);

/** Each sample without the rule that decides on it; `atHost` as if the MX of its provider had said it. */
export function withoutItsRule(samples: Sample[], atHost: boolean): Judged[] {
  return samples.flatMap((sample) => {
    const provider = whole.byKey.get(sample.provider);
    const host = atHost && provider !== undefined ? hostOf(provider) : null;
    if (atHost && host === null) return [];
    const known = ask(sample.text, host, whole);
    if (known.rule === null) return [];
    return [{ sample, whole: known, rest: ask(sample.text, host, withoutRule(known.rule)) }];
  });
}

/** Each sample without its provider's file: what the words tell of one that nobody has heard of. */
export function withoutItsProvider(samples: Sample[]): Judged[] {
  return samples.flatMap((sample) => {
    if (!whole.byKey.has(sample.provider)) return [];
    const rest = ask(sample.text, null, withoutProvider(sample.provider));
    return [{ sample, whole: ask(sample.text, null, whole), rest }];
  });
}

const BLOCKS_NOBODY = 'not-a-block';
const share = (judged: Judged[], holds: (one: Judged) => boolean): number =>
  judged.filter(holds).length / Math.max(judged.length, 1);

/** Right, unknown and wrong, in shares of one. */
export function figures(judged: Judged[]) {
  const isRight = ({ sample, rest }: Judged): boolean =>
    rest.provider === sample.provider || (rest.provider === null && !sample.names);
  const rightReason = ({ sample, rest }: Judged): boolean => sample.reasons.includes(rest.reason ?? '');
  const blocks = ({ reasons }: Sample): boolean => !reasons.includes(BLOCKS_NOBODY);
  return {
    samples: judged.length,
    provider: share(judged, isRight),
    providerUnknown: share(judged, (one) => !isRight(one) && one.rest.provider === null),
    providerWrong: share(judged, (one) => !isRight(one) && one.rest.provider !== null),
    reason: share(judged, rightReason),
    reasonUnknown: share(judged, (one) => one.rest.reason === null),
    /** Another reason, but of a block as well: the incident is opened, its first advice is not the best. */
    reasonOther: share(
      judged,
      (one) =>
        one.rest.reason !== null &&
        !rightReason(one) &&
        blocks(one.sample) === (one.rest.reason !== BLOCKS_NOBODY),
    ),
    /** An ordinary bounce would open an incident, or a block would open none. */
    reasonWrong: share(
      judged,
      (one) =>
        one.rest.reason !== null &&
        !rightReason(one) &&
        blocks(one.sample) !== (one.rest.reason !== BLOCKS_NOBODY),
    ),
  };
}
