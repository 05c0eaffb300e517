import type { Provider } from './schema.ts';
import { rangesOf } from './zone-answer.ts';
import type { DeadZones, Zone } from './zone-schema.ts';

/** Whether a zone has ended; a dead `*.name` stands for every zone below it. */
export const deadZone = (dead: DeadZones, zone: string): DeadZones[number] | undefined =>
  dead.find((entry) =>
    entry.zone.startsWith('*.') ? zone.endsWith(entry.zone.slice(1)) : zone === entry.zone,
  );

function overlap(one: string, other: string): boolean {
  const ranges = rangesOf(other);
  return rangesOf(one).every(([from, to], index) => {
    const [otherFrom, otherTo] = ranges[index] ?? [0, -1];
    return from <= otherTo && otherFrom <= to;
  });
}

const isLoopback = (code: string): boolean => {
  const ranges = rangesOf(code);
  return ranges[0]?.join() === '127,127' && ranges.every(([from, to]) => from <= to && to <= 255);
};

function faultsOfZone({ zone, codes, bits = [] }: Zone): string[] {
  const outside = codes
    .filter(({ code }) => !isLoopback(code))
    .map(({ code }) => `${zone}: ${code} is not in 127.0.0.0/8`);
  const twice = codes.flatMap(({ code }, index) =>
    codes
      .slice(index + 1)
      .filter((other) => overlap(code, other.code))
      .map((other) => `${zone}: ${code} and ${other.code} overlap`),
  );
  const sameBit = bits.filter(({ bit }, index) => bits.findIndex((other) => other.bit === bit) !== index);
  return [...outside, ...twice, ...sameBit.map(({ bit }) => `${zone}: bit ${bit} stands twice`)];
}

/** The zones that hold a zone’s entries, the nearest first; it ends where somebody went round in a circle. */
export function unionsOf(zone: Zone, byName: ReadonlyMap<string, Zone>): Zone[] {
  const unions = new Set<Zone>();
  for (
    let next = byName.get(zone.partOf ?? '');
    next && !unions.has(next);
    next = byName.get(next.partOf ?? '')
  )
    unions.add(next);
  return [...unions];
}

function faultsOfParts(zones: Zone[]): string[] {
  const byName = new Map(zones.map((zone) => [zone.zone, zone]));
  const unknown = zones.filter(({ partOf }) => partOf !== undefined && !byName.has(partOf));
  const round = zones.filter((zone) => unionsOf(zone, byName).includes(zone));
  return [
    ...unknown.map(({ zone, partOf }) => `${zone} is part of ${partOf}, which is no zone`),
    ...round.map(({ zone }) => `${zone} is part of itself`),
  ];
}

/** What one file alone cannot show: zones that stand twice or have ended, codes that say two things. */
export function zoneFaults(providers: Provider[], dead: DeadZones): string[] {
  const zones = providers.flatMap((provider) => provider.zones ?? []);
  const names = zones.map(({ zone }) => zone);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const deadNames = dead.map(({ zone }) => zone);
  const deadTwice = deadNames.filter((name, index) => deadNames.indexOf(name) !== index);
  return [
    ...zones.flatMap(faultsOfZone),
    ...faultsOfParts(zones),
    ...[...twice, ...deadTwice].map((name) => `${name} stands twice`),
    ...names.filter((name) => deadZone(dead, name)).map((name) => `${name} is live and dead`),
  ];
}
