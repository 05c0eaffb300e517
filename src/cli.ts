const USAGE = `Use: npm run -s desk -- COMMAND

  serve [--demo]                     start the server, as npm start does
  parse [FILE…] [--jsonl FIELD]      rejections in bounces, replies and logs, one JSON object a line
  classify [FILE…] [--jsonl FIELD]   what providers' replies amount to, one JSON object a line
  check [--json] IP|CIDR…            what block lists and other sources say about addresses
  ingest [--follow] FILE… | -        count deliveries in mail logs and send the counts to a desk (ingest --help)
  deliver [--sender S] [--recipient R]   store the mail on standard input, for a mail server's pipe (deliver --help)
  next-steps [PROVIDER…]             the next step for every situation, as a table
  export [--csv] [--without-sources] FILE     everything as JSON Lines, or as a .zip of CSV files
  import FILE                        bring an export of another desk in; a second time adds nothing
  backup [--with-key] [--keep N] FILE|FOLDER  everything in one file, while the server runs or not (backup --help)
  restore [--check] [--with-key] FILE         a backup into an empty place; --check reads it only
  move postgres://…|FOLDER           from the embedded database to PostgreSQL, or back
  erase ADDRESS [--name N]… --by N [--dry-run]      a person's address and names everywhere (erase --help)
  migrate                            bring the database to this release's schema
  user add --email E --name N --role admin|operator|viewer     the password is read from standard input
  user password --email E            sets a new password, read from standard input, and ends all sessions
  second-factor remove --email E     for somebody who lost app, passkeys and recovery codes
  token create --name N --scope read|write|admin [--only SCOPE,…] [--days D]    prints the token, once
  key check | rotate                 whether passwords and tokens can be opened; seal them with a new key
`;

const io = {
  stdin: process.stdin as AsyncIterable<Uint8Array>,
  stdout: process.stdout,
  stderr: process.stderr,
};

/** Each command is loaded when it is asked for: `parse` needs neither database nor web server. */
async function run([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case 'serve':
      await (await import('./serve.ts')).serve(process.env, { demo: args.includes('--demo') });
      return -1;
    case 'parse':
      return (await import('./cli/parse.ts')).parseCommand(args, io);
    case 'classify':
      return (await import('./cli/classify.ts')).classifyCommand(args, io);
    case 'check':
      return (await import('./cli/check.ts')).checkCommand(args, io, process.env);
    case 'ingest': {
      const { ingestCommand } = await import('./cli/ingest.ts');
      const { logScanners } = await import('./cli/log-scanners.ts');
      return ingestCommand(args, io, process.env, logScanners);
    }
    case 'deliver':
      return (await import('./cli/deliver.ts')).deliverCommand(args, io, process.env);
    case 'next-steps':
      return (await import('./cli/next-steps.ts')).nextStepsCommand(args, io);
    case 'export':
      return (await import('./cli/export.ts')).exportCommand(args, io);
    case 'import':
      return (await import('./cli/import.ts')).importCommand(args, io);
    case 'backup':
      return (await import('./cli/backup.ts')).backupCommand(args, io);
    case 'restore':
      return (await import('./cli/restore.ts')).restoreCommand(args, io);
    case 'move':
      return (await import('./cli/move.ts')).moveCommand(args, io);
    case 'erase':
      return (await import('./cli/erase.ts')).eraseCommand(args, io);
    case 'migrate':
      return (await import('./cli/database.ts')).migrateCommand(args, io);
    case 'user':
      return (await import('./cli/database.ts')).userCommand(args, io);
    case 'second-factor':
      return (await import('./cli/second-factor.ts')).secondFactorCommand(args, io);
    case 'token':
      return (await import('./cli/database.ts')).tokenCommand(args, io);
    case 'key':
      return (await import('./cli/key.ts')).keyCommand(args, io);
    case 'help':
    case '--help':
      process.stdout.write(USAGE);
      return 0;
    default:
      process.stderr.write(command ? `There is no command ${command}.\n\n${USAGE}` : USAGE);
      return 2;
  }
}

// A reader that goes away (`| head`) ends the work quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

try {
  const code = await run(process.argv.slice(2));
  if (code >= 0) process.exitCode = code;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
