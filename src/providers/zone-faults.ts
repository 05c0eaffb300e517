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

/** What is wrong with which zone. */
type Fault = [zone: string, words: string];

function faultsOfZone({ zone, codes, bits = [] }: Zone): Fault[] {
  const outside = codes
    .filter(({ code }) => !isLoopback(code))
    .map(({ code }) => `${code} is not in 127.0.0.0/8, from low to high`);
  const twice = codes.flatMap(({ code }, index) =>
    codes
      .slice(index + 1)
      .filter((other) => overlap(code, other.code))
      .map((other) => `${code} and ${other.code} overlap; an answer has one meaning`),
  );
  const sameBit = bits.filter(({ bit }, index) => bits.findIndex((other) => other.bit === bit) !== index);
  return [...outside, ...twice, ...sameBit.map(({ bit }) => `bit ${bit} stands twice`)].map((words) => [
    zone,
    words,
  ]);
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

function faultsOfParts(zones: Zone[]): Fault[] {
  const byName = new Map(zones.map((zone) => [zone.zone, zone]));
  const unknown = zones.filter(({ partOf }) => partOf !== undefined && !byName.has(partOf));
  const round = zones.filter((zone) => unionsOf(zone, byName).includes(zone));
  return [
    ...unknown.map(({ zone, partOf }): Fault => [zone, `is part of ${partOf}, which is no zone`]),
    ...round.map(({ zone }): Fault => [zone, 'is part of itself']),
  ];
}

const repeated = (names: string[]) => names.filter((name, index) => names.indexOf(name) !== index);

/** What one file alone cannot show: zones that stand twice or have ended, codes that say two things. */
export function zoneFaults(providers: Provider[], dead: DeadZones): string[] {
  const zones = providers.flatMap((provider) => provider.zones ?? []);
  const names = zones.map(({ zone }) => zone);
  const holders = (name: string) =>
    providers
      .filter((provider) => provider.zones?.some(({ zone }) => zone === name))
      .map(({ key }) => `${key}.json`);
  const faults: Fault[] = [
    ...zones.flatMap(faultsOfZone),
    ...faultsOfParts(zones),
    ...repeated(names).map((name): Fault => [name, 'stands twice']),
    ...names
      .filter((name) => deadZone(dead, name))
      .map((name): Fault => [name, 'is live and dead: it stands in dead-zones.json, too']),
  ];
  return [
    ...faults.map(([zone, words]) => `${holders(zone).join(' and ')}: ${zone} ${words}`),
    ...repeated(dead.map(({ zone }) => zone)).map((name) => `dead-zones.json: ${name} stands twice`),
  ];
}
