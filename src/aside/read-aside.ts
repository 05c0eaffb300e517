import { Problem } from '../problem.ts';
import { aside, ThreadLost } from './aside.ts';

/**
 * What {@link aside} reads out of a report that somebody sent. Throws `too-large` on its field where the thread did not
 * come to an end with it.
 */
export async function readAside<Made>(
  module: URL,
  given: unknown,
  { field, patient = false }: { field: string; patient?: boolean },
): Promise<Made> {
  try {
    return await aside<Made>(module, given, { patient });
  } catch (error) {
    if (!(error instanceof ThreadLost)) throw error;
    const words = `The report could not be read: it wanted more time or memory than there is (${error.message}) Send a smaller part of it.`;
    throw new Problem('too-large', words, { fields: { [field]: words } });
  }
}
