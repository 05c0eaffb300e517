import type { Trx } from '../database/open.ts';
import { addressesOf } from '../incidents/store.ts';
import { watchersOf } from '../watchers/store.ts';
import type { DeskEvent, Subscriber } from './event.ts';
import { type ToldEvent, tellOf } from './rules.ts';
import { listPeopleTold, type PersonTold } from './settings-store.ts';
import { mailDueAt } from './times.ts';
import { topicsOf } from './topics.ts';

/** Parameters of a statement are bounded; a notice has eight. */
const ROWS_AT_ONCE = 2000;

async function networksOf(trx: Trx, people: PersonTold[], numbers: number[]): Promise<Map<number, string[]>> {
  const asks = people.some(({ settings }) => settings.rules.some(({ networks }) => networks.length > 0));
  return asks && numbers.length > 0 ? addressesOf(trx, numbers) : new Map();
}

const toldOf = (event: DeskEvent, networks: Map<number, string[]>): ToldEvent => ({
  topics: topicsOf(event),
  actorUserId: event.actorUserId,
  concerns: event.concerns,
  incident: event.incident && { ...event.incident, networks: networks.get(event.incident.number) ?? [] },
});

/** Writes down for each person what they want to know, and when it is mailed. So many queries, whatever happened. */
export const peopleTold =
  (clock: () => Date = () => new Date()): Subscriber =>
  async (trx, given) => {
    const events = given.filter((event) => topicsOf(event).length > 0);
    if (events.length === 0) return;
    const people = await listPeopleTold(trx);
    const numbers = [...new Set(events.flatMap(({ incident }) => (incident ? [incident.number] : [])))];
    const watchers = await watchersOf(trx, numbers);
    const networks = await networksOf(trx, people, numbers);
    const now = clock();
    const rows = events.flatMap((event) => {
      const told = toldOf(event, networks);
      return people.flatMap(({ id, settings }) => {
        const person = {
          id,
          watches: (number: number) => watchers.get(number)?.some(({ userId }) => userId === id) ?? false,
        };
        const tell = tellOf(settings.rules, told, person);
        if (!tell) return [];
        const isCritical = event.incident?.severity === 'critical';
        return [
          {
            user_id: id,
            event_id: event.id,
            incident_number: event.incident?.number ?? null,
            topic: tell.topic,
            words: event.words.slice(0, 1000),
            link: event.link,
            happened_at: event.happenedAt,
            mail_due_at: settings.takesMail ? mailDueAt(tell.way, settings.times, isCritical, now) : null,
            read_at: null,
          },
        ];
      });
    });
    for (let first = 0; first < rows.length; first += ROWS_AT_ONCE)
      await trx
        .insertInto('notices')
        .values(rows.slice(first, first + ROWS_AT_ONCE))
        .onConflict((conflict) => conflict.constraint('notices_event_key').doNothing())
        .execute();
  };
