import { COMPLAINTS } from '../complaints/kind.ts';
import type { Db } from '../database/open.ts';
import { DELIVERIES } from '../observations/kind.ts';
import { SNDS } from '../snds/kind.ts';
import type { AddressKind } from './kind.ts';
import type { RecordedKind } from './recorded-kind.ts';

/** Each has a part of its own on an address's page, which is newer than the last check. */
export const RECORDED_KINDS: RecordedKind[] = [SNDS, COMPLAINTS, DELIVERIES];

export const recordedKinds = (db: Db): AddressKind[] =>
  RECORDED_KINDS.map((kind) => ({ ...kind, look: (subject, world) => kind.look(db, subject, world) }));
