import argon2 from 'argon2';

/** argon2id, as OWASP's password storage cheat sheet asks: 19 MiB, two passes, one lane. */
const OPTIONS = { type: argon2.argon2id, memoryCost: 19456, timeCost: 2, parallelism: 1 } as const;

export const hashPassword = (password: string): Promise<string> => argon2.hash(password, OPTIONS);

let decoy: Promise<string> | undefined;

/** Whether the password is right. Without a user the same work is done, so that time tells nobody who has an account. */
export async function checkPassword(hash: string | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword('a password that nobody has');
  const right = await argon2.verify(hash ?? (await decoy), password);
  return right && hash !== undefined;
}
