/** The log agent as a process of its own, at the pace that the test gives. */
import { PACE } from '../../src/agent/pace.ts';
import { ingestCommand } from '../../src/cli/ingest.ts';
import { wordScanner } from './scanner.fixture.ts';

const pace = { ...PACE, ...(JSON.parse(process.env['TEST_PACE'] ?? '{}') as Partial<typeof PACE>) };
const args = process.argv.slice(2);
// A run of all files of the folder starts it without any.
if (args.length > 0)
  process.exitCode = await ingestCommand(args, process, process.env, () => wordScanner, pace);
