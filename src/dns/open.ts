import type { Ask, DnsAnswer, RecordType, Tell } from './answer.ts';
import { DayLimit } from './day-limit.ts';
import { Kept } from './kept.ts';
import { Lane } from './lane.ts';
import { Line } from './line.ts';
import { Slots } from './slots.ts';
import { givenFor, withKey, type ZoneSettings } from './zone-settings.ts';

/** Questions that are out at once: above about 190 a server’s receive buffer runs over, and each loss is a time-out. */
const OUT_AT_SERVERS = 96;
const OUT_FOR_A_ZONE = 16;
/** Questions that may wait for a place while more are wanted. */
const FEW = 64;
/** Answers that are kept, of each type. */
const KEPT = 5000;

export type DnsSettings = {
  /** As in the setting DNS_SERVERS; empty: those of the system. */
  servers: string[];
  zones?: ZoneSettings[];
  /** Milliseconds until a question is given up. */
  patience?: number;
  now?: () => number;
};

export type Dns = {
  ask: Ask;
  /** Comes true when few questions wait: whoever has thousands to ask keeps them, and memory, small by it. */
  room: () => Promise<void>;
};

/** A record may repeat the question, and with it the key. A key is one label: nothing in it is special to a pattern. */
const masked = (answer: DnsAnswer, key: string): DnsAnswer =>
  answer.status === 'found'
    ? { ...answer, records: answer.records.map((record) => record.replaceAll(new RegExp(key, 'gi'), '…')) }
    : answer;

/** What all names that go to the same servers share. */
type Group = { line: Line; shared: Slots };

/** Resolvers for names in general and, each by its own limits, for the zones of DNS lists. */
export function openDns({ servers, zones = [], patience, now = Date.now }: DnsSettings): Dns {
  const groups = new Map<string, Group>();
  const groupAt = (names: string[]): Group => {
    const known = groups.get(names.join());
    const group = known ?? { line: new Line(names, patience), shared: new Slots(OUT_AT_SERVERS) };
    groups.set(names.join(), group);
    return group;
  };

  const laneOf = (zone: ZoneSettings): Lane =>
    new Lane({
      ...groupAt(zone.servers.length > 0 ? zone.servers : servers),
      own: new Slots(OUT_FOR_A_ZONE),
      limit: zone.queriesPerDay === undefined ? undefined : new DayLimit(zone.queriesPerDay, now()),
      rests: true,
      now,
    });
  const byZone = new Map(zones.map((zone) => [zone.zone, { zone, lane: laneOf(zone) }]));
  const others = new Slots(OUT_AT_SERVERS);
  const general = new Lane({ ...groupAt(servers), own: others, rests: false, now });

  function ask(name: string, type: RecordType, tell: Tell): void {
    const place = givenFor(name, byZone);
    const key = place?.zone.key;
    if (!place) general.ask(name, type, tell);
    else if (key === undefined) place.lane.ask(name, type, tell);
    else place.lane.ask(withKey(name, place.zone), type, (answer) => tell(masked(answer, key)));
  }

  const kept = new Map<RecordType, Kept>();
  return {
    ask: (name, type) => {
      const ofType = kept.get(type) ?? new Kept(KEPT, now);
      kept.set(type, ofType);
      return ofType.get(name, (tell) => ask(name, type, tell));
    },
    room: async () => {
      for (const slots of [others, ...[...groups.values()].map(({ shared }) => shared)])
        await slots.quiet(FEW);
    },
  };
}
