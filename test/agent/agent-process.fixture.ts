/** The log agent as a process of its own, at the pace that the test gives. */
import { PACE } from '../../src/agent/pace.ts';
import { ingestCommand } from '../../src/cli/ingest.ts';
import { wordScanner } from './scanner.fixture.ts';

const pace = { ...PACE, ...(JSON.parse(process.env['TEST_PACE'] ?? '{}') as Partial<typeof PACE>) };
process.exitCode = await ingestCommand(process.argv.slice(2), process, process.env, () => wordScanner, pace);
