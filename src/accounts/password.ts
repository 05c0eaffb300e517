/** Loaded with the first password: a native module, and a start waits for nothing that it does not need. */
const load = async () => (await import('argon2')).default;

/** argon2id, as OWASP's password storage cheat sheet asks: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19456, timeCost: 2, parallelism: 1 } as const;

export async function hashPassword(password: string): Promise<string> {
  const argon2 = await load();
  return argon2.hash(password, { ...COST, type: argon2.argon2id });
}

let decoy: Promise<string> | undefined;

/** Whether the password is right. Without a user the same work is done, so that time tells nobody who has an account. */
export async function checkPassword(hash: string | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword('a password that nobody has');
  const right = await (await load()).verify(hash ?? (await decoy), password);
  return right && hash !== undefined;
}
