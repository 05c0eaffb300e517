import { addUser } from '../accounts/store.ts';
import { parseNetwork } from '../addresses/address.ts';
import { addAddress } from '../addresses/store.ts';
import type { Desk } from '../app.ts';
import { saveProfile } from '../profile/store.ts';
import { type Actor, SYSTEM } from '../web/access.ts';
import { fillDeliveries } from './deliveries.ts';
import { fillEvidence } from './evidence.ts';
import { fillLabels } from './labels.ts';
import { openMoments } from './moment.ts';
import { tellDemo } from './notices.ts';
import { ADDRESSES, PEOPLE, PROFILE } from './organisation.ts';
import { playStory } from './play.ts';
import { STORIES } from './stories.ts';

/** Fills an empty, throw-away database with the demonstration. */
export async function fillDemo(desk: Desk, password: string): Promise<string> {
  const { db } = desk;
  const now = new Date();
  await openMoments(db);
  const people: Actor[] = [];
  for (const person of PEOPLE)
    people.push({
      userId: await addUser(db, { ...person, password, timeZone: 'Europe/Berlin' }),
      tokenId: null,
      name: person.name,
    });
  await saveProfile(db, PROFILE, undefined, SYSTEM);
  await db.transaction().execute(async (trx) => {
    for (const { text, ...facts } of ADDRESSES) {
      await addAddress(trx, parseNetwork(text), {
        ...facts,
        inUseSince: '2021-02-03',
        jmrpSince: null,
        sndsSince: null,
        notes: '',
        checkEveryHours: null,
      });
    }
  });
  for (const [position, story] of STORIES.entries()) await playStory(desk, people, story, position, now);
  await fillLabels(desk, people[0] as Actor);
  // Nobody outside is asked about addresses of a demonstration.
  await db.updateTable('checks').set({ finished_at: now }).execute();
  await fillEvidence(desk, now);
  await fillDeliveries(db, now);
  await tellDemo(db, now);
  return PEOPLE[0].email;
}
