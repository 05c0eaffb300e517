import { COMMANDS, overview } from './cli/commands.ts';
import type { Io } from './cli/io.ts';
import { inWords } from './system-words.ts';

const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };

/** Resolves to the exit status; undefined: the process goes on. */
async function run([name = '', ...args]: string[]): Promise<number | undefined> {
  if (name === 'help' || name === '--help') {
    io.stdout.write(overview());
    return 0;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) {
    io.stderr.write(name ? `There is no command ${name}.\n\n${overview()}` : overview());
    return 2;
  }
  const { run, use } = await command.load();
  if (!args.includes('--help')) return run(args, io, process.env);
  io.stdout.write(use);
  return 0;
}

// A reader that goes away (`| head`) ends the work quietly; what could not be written was not done.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`${inWords(error)}\n`);
  process.exit(1);
});

try {
  const code = await run(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  process.stderr.write(`${inWords(error as Error)}\n`);
  process.exitCode = 1;
}
