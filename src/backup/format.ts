/** What a backup is made of. It is gzip over lines of JSON: a head, each table's name and rows, an end. */

/** Counted up when an earlier release could no longer read it. */
export const FORMAT = { backup: 'delist-desk', format: 1 } as const;

/** The key that seals passwords, itself sealed with a passphrase: scrypt (RFC 7914), AES-256-GCM. All in Base64. */
export type SealedKey = { n: number; r: number; p: number; salt: string; nonce: string; box: string };

export type Head = typeof FORMAT & {
  product: string;
  madeAt: string;
  /** The desk that it is of. */
  source: string;
  /** Steps of the schema that it has. */
  schema: string[];
  /** Ids of the keys that passwords and tokens in it are sealed with. */
  keys: string[];
  sealedKey?: SealedKey;
};

/** Before the rows of a table. Each row is an array of texts in this order; octets are in Base64. */
export type TableHead = { table: string; columns: string[] };

export type TableSum = { table: string; rows: number; sha256: string };
/** `table.column` → the last number that was given out. */
export type Sequences = Record<string, number>;
export type End = {
  end: true;
  rows: number;
  tables: TableSum[];
  sequences: Sequences;
  /** Over all octets before this line. */
  sha256: string;
};

/** What a whole backup says of itself. */
export type Manifest = Head & Omit<End, 'end'>;

/** A file that is no whole backup, or cannot be brought in here. The message says what to do. */
export class BadBackup extends Error {
  override name = 'BadBackup';
}

export const NO_BACKUP = 'This is no backup of Delist Desk. An export is brought in by `import`.';

export const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

/** No line is longer: a mail of the largest size, in Base64, with room. */
export const MOST_LINE_BYTES = 400 * 1024 * 1024;

/** `delist-desk-20261126T021500Z.backup.gz` */
export const backupName = (at: Date): string =>
  `delist-desk-${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z.backup.gz`;
export const isBackupName = (name: string): boolean => /^delist-desk-\d{8}T\d{6}Z\.backup\.gz$/.test(name);
