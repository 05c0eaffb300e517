import type { DeleteResult } from 'kysely';

const AT_ONCE = 5000;

/** Deletes all that `some` finds, so many rows a statement that nobody waits long for one. */
export async function deleteAll(some: (atOnce: number) => Promise<DeleteResult>): Promise<void> {
  for (;;) {
    const { numDeletedRows: gone } = await some(AT_ONCE);
    if (gone < AT_ONCE) return;
  }
}
