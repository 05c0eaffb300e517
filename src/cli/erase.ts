import { parseArgs } from 'node:util';
import { readAddress, readNames } from '../erasure/pairs.ts';
import type { Counts } from '../erasure/replace.ts';
import { erasePerson, tryOut } from '../erasure/store.ts';
import { Problem } from '../problem.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';
import { withDatabase } from './with-database.ts';

export const USE = `Use: erase ADDRESS [--name NAME]… --by YOUR-NAME [--reason WORDS] [--dry-run]

Replaces a person's mail address, and names where they are given, by one word such as [erased-1]: in messages, letters,
reports, notes, timelines and originals. Each incident that it changes says so in its timeline. --dry-run counts only.
With the embedded database, stop the server first, or use Settings → Personal data.
`;

function told(io: Io, counts: Counts): void {
  for (const [table, rows] of Object.entries(counts))
    io.stdout.write(`${table.replaceAll('_', ' ')}: ${rows}\n`);
}

const countOf = (n: number, one: string) => `${n} ${n === 1 ? one : `${one}s`}`;

export async function eraseCommand(args: string[], io: Io): Promise<number> {
  let person: Parameters<typeof erasePerson>[2];
  let dryRun: boolean;
  let by: string;
  try {
    const { values, positionals } = parseArgs({
      args,
      options: {
        name: { type: 'string', multiple: true },
        by: { type: 'string' },
        reason: { type: 'string' },
        'dry-run': { type: 'boolean' },
      },
      allowPositionals: true,
    });
    dryRun = values['dry-run'] ?? false;
    by = values.by?.trim() ?? '';
    if (
      positionals.length !== 1 ||
      (!by && !dryRun) ||
      by.length > 120 ||
      (values.reason?.length ?? 0) > 2000
    )
      throw new Error();
    person = {
      address: readAddress(positionals[0] ?? ''),
      names: readNames((values.name ?? []).join('\n')),
      reason: values.reason ?? '',
    };
  } catch (error) {
    return refuse(io, error instanceof Problem ? `${error.message}\n` : USE);
  }
  const actor = { userId: null, tokenId: null, name: by || 'the command line' };
  try {
    const erased = await withDatabase((db) =>
      dryRun
        ? tryOut(db, (trx) => erasePerson(trx, actor, person))
        : db.transaction().execute((trx) => erasePerson(trx, actor, person)),
    );
    told(io, erased.counts);
    const rows = Object.values(erased.counts).reduce((sum, n) => sum + n, 0);
    io.stdout.write(
      rows === 0
        ? 'It is found nowhere.\n'
        : `${dryRun ? 'Would become' : 'Became'} ${erased.became[0]} in ${countOf(rows, 'row')}, ${countOf(erased.incidents.length, 'incident')}.\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    io.stderr.write(`${error.message}\n`);
    return 1;
  }
}
