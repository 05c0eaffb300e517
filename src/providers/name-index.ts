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

/** No host name that begins with a known one has more labels. */
const MOST_POINTS = 11;

/** The longest fitting name wins. */
export function lookUpName(index: NameIndex, name: string): string | undefined {
  const lower = name.toLowerCase();
  const bare = lower.endsWith('.') ? lower.replace(/\.+$/, '') : lower;
  const exact = index.exact.get(bare);
  if (exact !== undefined) return exact;
  let points = 0;
  for (let at = bare.indexOf('.'); at >= 0; at = bare.indexOf('.', at + 1)) {
    const key = index.below.get(bare.slice(at + 1));
    if (key !== undefined) return key;
    points += 1;
  }
  if (points > MOST_POINTS) return undefined;
  for (let at = bare.lastIndexOf('.'); at > 0; at = bare.lastIndexOf('.', at - 1)) {
    const key = index.starting.get(bare.slice(0, at));
    if (key !== undefined) return key;
  }
  return undefined;
}
