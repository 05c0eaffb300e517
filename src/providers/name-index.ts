/**
 * Looks up the provider of a host or of a recipient domain. Names are as in the data files: exact,
 * `*.example.net` for any host below, `example.*` for any ending of one label or more.
 */
export type NameIndex = {
  exact: Map<string, string>;
  below: Map<string, string>;
  starting: Map<string, string>;
};

export function buildNameIndex(providers: { key: string; names: string[] }[]): NameIndex {
  const index: NameIndex = { exact: new Map(), below: new Map(), starting: new Map() };
  for (const { key, names } of providers) {
    for (const name of names) {
      if (name.startsWith('*.')) index.below.set(name.slice(2), key);
      else if (name.endsWith('.*')) index.starting.set(name.slice(0, -2), key);
      else index.exact.set(name, key);
    }
  }
  return index;
}

/** No host name has more labels that matter. */
const MOST_LABELS = 12;

/** The longest fitting name wins. */
export function lookUpName(index: NameIndex, name: string): string | undefined {
  const lower = name.toLowerCase().replace(/\.+$/, '');
  const exact = index.exact.get(lower);
  if (exact !== undefined) return exact;
  const all = lower.split('.');
  const labels = all.slice(-MOST_LABELS);
  for (let from = 1; from < labels.length; from += 1) {
    const key = index.below.get(labels.slice(from).join('.'));
    if (key !== undefined) return key;
  }
  // What was cut from the left is the start of the name.
  if (all.length > MOST_LABELS) return undefined;
  for (let to = labels.length - 1; to > 0; to -= 1) {
    const key = index.starting.get(labels.slice(0, to).join('.'));
    if (key !== undefined) return key;
  }
  return undefined;
}
