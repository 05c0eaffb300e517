import type { Catalogue } from './catalogue.ts';
import type { Provider } from './schema.ts';

/**
 * What is made of a whole catalogue, made once. It hangs on the lists of providers and of generic rules, which are
 * never changed in place: a catalogue that people change gets new lists, and with them everything anew.
 */
export function builtOnce<Made>(make: (catalogue: Catalogue) => Made): (catalogue: Catalogue) => Made {
  const known = new WeakMap<Provider[], { generic: Catalogue['generic']; made: Made }>();
  return (catalogue) => {
    const { providers, generic } = catalogue;
    const before = known.get(providers);
    if (before?.generic === generic) return before.made;
    const made = make(catalogue);
    known.set(providers, { generic, made });
    return made;
  };
}
