import { badgeOf } from '../badge.ts';
import type { KeptPicture } from '../pictures/store.ts';
import { isTooOld, linkOfPlace, PLACES, type Place } from './places.ts';
import { allowedWords, readValue } from './reading.ts';
import type { Reading } from './store.ts';

const badgeFor = (place: Place, value: string) =>
  badgeOf(readValue(place, value)?.means.outcome ?? 'unknown');

const lastView = (place: Place, reading: Reading | undefined, now: Date) =>
  reading
    ? {
        value: reading.value,
        readAt: reading.read_at,
        by: reading.recorded_by_name,
        tooOld: isTooOld(place, reading.read_at, now),
        // What is too old says nothing of today, neither good nor bad.
        ...(isTooOld(place, reading.read_at, now) ? badgeOf('unknown') : badgeFor(place, reading.value)),
      }
    : null;

const placeView = (place: Place, subject: string) => ({
  key: place.key,
  name: place.name,
  provider: place.provider,
  what: place.what,
  look: place.look,
  link: linkOfPlace(place, subject),
  currentDays: place.currentDays,
  source: place.source,
  verified: place.verified,
});

/** All places that speak of such a subject, with what was read there last. */
export function placesView(subject: string, of: Place['of'], newest: Reading[], now: Date) {
  const byPlace = new Map(newest.map((reading) => [reading.place, reading]));
  const rows = PLACES.filter((place) => place.of === of).map((place) => ({
    ...placeView(place, subject),
    last: lastView(place, byPlace.get(place.key), now),
  }));
  return {
    name: subject,
    isAddress: of === 'address',
    rows,
    tooOld: rows.filter((row) => row.last?.tooOld).length,
  };
}

/** One place: its form, and all that was read there. */
export function placeReadingsView(
  place: Place,
  subject: string,
  readings: Reading[],
  pictures: Map<number, KeptPicture[]>,
  now: Date,
) {
  const [newest] = readings;
  return {
    name: subject,
    isAddress: place.of === 'address',
    place: {
      ...placeView(place, subject),
      choices: (place.value.choices ?? []).map(({ words }) => words),
      unit: place.value.number?.unit.trim() ?? '',
      allowed: allowedWords(place),
    },
    isTooOld: newest !== undefined && isTooOld(place, newest.read_at, now),
    readings: readings.map((one) => ({
      id: one.id,
      value: one.value,
      note: one.note,
      readAt: one.read_at,
      by: one.recorded_by_name,
      incident: one.incident_number,
      pictures: pictures.get(one.id) ?? [],
      ...badgeFor(place, one.value),
    })),
  };
}
