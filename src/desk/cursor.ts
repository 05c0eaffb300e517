import { readCursor, writeCursor } from '../web/cursor.ts';
import type { Section } from './sections.ts';
import type { DeskPlace } from './store.ts';

/** What has no due time stands at the end of the order. */
const NEVER = new Date('9999-12-31T00:00:00.000Z');
const listOf = (section: Section) => `desk/${section}`;

export const writeDeskCursor = ({ due, number }: DeskPlace, section: Section) =>
  writeCursor(listOf(section), [due ?? NEVER, number]);

/** Throws `bad-request` for a cursor that this part of the desk did not give. */
export function readDeskCursor(text: string | undefined, section: Section): DeskPlace | undefined {
  const held = readCursor(text, listOf(section), ['time', 'number']);
  return held && { due: held[0].getTime() === NEVER.getTime() ? null : held[0], number: held[1] };
}
