import type { Db } from '../database/open.ts';
import type { AddressKind, AddressSubject, Found, World } from './kind.ts';

/** A kind that reads what was recorded here, where the others ask the world. */
export type RecordedKind = Omit<AddressKind, 'look'> & {
  look(db: Db, subject: AddressSubject, world: World): Promise<Found>;
};
