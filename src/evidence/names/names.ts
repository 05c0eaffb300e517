import { asking } from '../asking.ts';
import { type AddressKind, outcomeOf } from '../kind.ts';
import { heloOf } from './helo.ts';
import { reverseOf } from './reverse.ts';

/** Reverse DNS, its forward confirmation, and the name that the server gives in HELO. */
export const names: AddressKind = {
  key: 'names',
  title: 'Reverse DNS and HELO',
  of: 'address',
  async look(subject, world) {
    const { ask, raw } = asking(world.ask);
    const reverse = await reverseOf(subject.address, ask);
    const helo = await heloOf(subject, reverse, ask);
    const facts = [...reverse.facts, ...helo.facts];
    return {
      outcome: outcomeOf(facts),
      summary: `${reverse.summary}; ${helo.summary}`,
      facts,
      claims: [reverse.claim, helo.claim],
      raw,
    };
  },
};
