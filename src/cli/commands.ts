import type { Environment, Io } from './io.ts';

/** Resolves to the exit status; undefined: the process goes on. */
type Run = (
  args: string[],
  io: Io,
  environment: Environment,
) => number | undefined | Promise<number | undefined>;

export type Command = {
  name: string;
  /** What stands behind its name, and what it does then. */
  ways: [args: string, does: string][];
  /** Each is loaded when it is asked for: `parse` needs neither database nor web server. `use` is what --help prints. */
  load: () => Promise<{ run: Run; use: string }>;
};

/** All commands, in the order of the overview. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'serve',
    ways: [['[--demo]', 'start the server, as npm start does']],
    load: () => import('./serve.ts').then((its) => ({ run: its.serveCommand, use: its.USE })),
  },
  {
    name: 'parse',
    ways: [['[FILE…] [--jsonl FIELD]', 'rejections in bounces, replies and logs, one JSON object a line']],
    load: () => import('./parse.ts').then((its) => ({ run: its.parseCommand, use: its.USE })),
  },
  {
    name: 'classify',
    ways: [['[FILE…] [--jsonl FIELD]', 'what providers’ replies amount to, one JSON object a line']],
    load: () => import('./classify.ts').then((its) => ({ run: its.classifyCommand, use: its.USE })),
  },
  {
    name: 'check',
    ways: [['[--json] IP|CIDR…', 'what block lists and other sources say about addresses']],
    load: () => import('./check.ts').then((its) => ({ run: its.checkCommand, use: its.USE })),
  },
  {
    name: 'ingest',
    ways: [['[--follow] FILE… | -', 'count deliveries in mail logs and send the counts to a desk']],
    load: () => import('./ingest.ts').then((its) => ({ run: its.ingestCommand, use: its.USE })),
  },
  {
    name: 'deliver',
    ways: [['[--sender S] [--recipient R]…', 'store the mail on standard input, for a mail server’s pipe']],
    load: () => import('./deliver.ts').then((its) => ({ run: its.deliverCommand, use: its.USE })),
  },
  {
    name: 'next-steps',
    ways: [['[PROVIDER…]', 'the next step for every situation, as a table']],
    load: () => import('./next-steps.ts').then((its) => ({ run: its.nextStepsCommand, use: its.USE })),
  },
  {
    name: 'export',
    ways: [['[--csv] [--without-sources] FILE', 'everything as JSON Lines, or as a .zip of CSV files']],
    load: () => import('./export.ts').then((its) => ({ run: its.exportCommand, use: its.USE })),
  },
  {
    name: 'import',
    ways: [['FILE', 'bring an export of another desk in; a second time adds nothing']],
    load: () => import('./import.ts').then((its) => ({ run: its.importCommand, use: its.USE })),
  },
  {
    name: 'backup',
    ways: [['[--with-key] [--keep N] FILE|FOLDER', 'everything in one file, while the server runs or not']],
    load: () => import('./backup.ts').then((its) => ({ run: its.backupCommand, use: its.USE })),
  },
  {
    name: 'restore',
    ways: [['[--check] [--with-key] FILE', 'a backup into an empty place; --check reads it only']],
    load: () => import('./restore.ts').then((its) => ({ run: its.restoreCommand, use: its.USE })),
  },
  {
    name: 'move',
    ways: [['postgres://…|FOLDER', 'from the embedded database to PostgreSQL, or back']],
    load: () => import('./move.ts').then((its) => ({ run: its.moveCommand, use: its.USE })),
  },
  {
    name: 'erase',
    ways: [['ADDRESS [--name N]… --by N [--dry-run]', 'a person’s address and names everywhere']],
    load: () => import('./erase.ts').then((its) => ({ run: its.eraseCommand, use: its.USE })),
  },
  {
    name: 'migrate',
    ways: [['', 'bring the database to this release’s schema']],
    load: () => import('./migrate.ts').then((its) => ({ run: its.migrateCommand, use: its.USE })),
  },
  {
    name: 'user',
    ways: [
      ['add --email E --name N --role admin|operator|viewer', 'the password is read from standard input'],
      ['password --email E', 'sets a new password, read from standard input, and ends all sessions'],
    ],
    load: () => import('./user.ts').then((its) => ({ run: its.userCommand, use: its.USE })),
  },
  {
    name: 'second-factor',
    ways: [['remove --email E', 'for somebody who lost app, passkeys and recovery codes']],
    load: () =>
      import('./second-factor.ts').then((its) => ({
        run: (args, io) => its.secondFactorCommand(args, io),
        use: its.USE,
      })),
  },
  {
    name: 'token',
    ways: [
      ['create --name N --scope read|write|admin [--only SCOPE,…] [--days D]', 'prints the token, once'],
    ],
    load: () => import('./token.ts').then((its) => ({ run: its.tokenCommand, use: its.USE })),
  },
  {
    name: 'key',
    ways: [['check | rotate', 'whether passwords and tokens can be opened; seal them with a new key']],
    load: () => import('./key.ts').then((its) => ({ run: its.keyCommand, use: its.USE })),
  },
];

/** Behind so many letters it is said what a command does; behind longer ones, after two blanks. */
const COLUMN = 40;

/** What `desk help` prints. */
export function overview(): string {
  const lines = COMMANDS.flatMap(({ name, ways }) =>
    ways.map(([args, does]) => `  ${`${name} ${args}  `.padEnd(COLUMN)}${does}`),
  );
  return `Use: npm run -s desk -- COMMAND\n\n${lines.join('\n')}\n\nCOMMAND --help says more of one.\n`;
}
