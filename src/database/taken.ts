/** What PostgreSQL calls a row that a unique constraint or index does not take: `unique_violation`. */
const UNIQUE_VIOLATION = '23505';

/**
 * Writes a row of which there may be one only. Whether another is there already, perhaps since this very moment, the
 * database alone can tell: where it refuses the row by this constraint, `problem` is thrown in its place, and the
 * transaction is over. Whatever else goes wrong is thrown as it is.
 */
export async function unlessTaken<T>(
  constraint: string,
  problem: () => Error,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const refusal = error as { code?: string; constraint?: string };
    if (refusal.code === UNIQUE_VIOLATION && refusal.constraint === constraint) throw problem();
    throw error;
  }
}
