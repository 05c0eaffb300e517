import type { Trx } from '../database/open.ts';

/** Who watches which of these incidents: incident → people. */
export async function watchedBy(_trx: Trx, _numbers: number[]): Promise<Map<number, Set<number>>> {
  return new Map();
}
