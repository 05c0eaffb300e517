import { badCursor, readCursor } from '../web/cursor.ts';
import { isCidr } from './address.ts';

/** The cursor of the list of addresses: the network that the page before ended with. */
export function readAddressCursor(text: string | undefined): string | undefined {
  const [network] = readCursor(text, 'addresses', ['text']) ?? [];
  if (network !== undefined && !isCidr(network)) throw badCursor();
  return network;
}
