/** How the names below a zone are asked for. */
export type ZoneSettings = {
  zone: string;
  /** Empty: as for all other names. */
  servers: string[];
  /** A label that goes before the zone’s name, by which its operator knows us: a secret. */
  key?: string | undefined;
  queriesPerDay?: number | undefined;
};

/** What is given for the zone itself, or for the nearest domain above it: one key serves a family of zones. */
export function givenFor<Value>(zone: string, given: ReadonlyMap<string, Value>): Value | undefined {
  for (let name = zone; ; ) {
    const value = given.get(name);
    if (value !== undefined) return value;
    const dot = name.indexOf('.');
    if (dot < 0) return undefined;
    name = name.slice(dot + 1);
  }
}

/** `2.0.0.127.zen.dq.spamhaus.net` → `2.0.0.127.KEY.zen.dq.spamhaus.net` */
export const withKey = (name: string, { zone, key }: ZoneSettings): string =>
  key === undefined ? name : `${name.slice(0, name.length - zone.length)}${key}.${zone}`;
