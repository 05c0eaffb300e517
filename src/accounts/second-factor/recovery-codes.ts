import { randomBytes } from 'node:crypto';
import { hashSecret } from '../accounts.ts';
import { toBase32 } from './totp.ts';

/** Pure: codes on paper, each good for one sign-in without the app or the key. */

export const RECOVERY_CODES = 10;

/** 80 random bits: nobody guesses one, so that a fast hash will do. */
const newCode = () => (toBase32(randomBytes(10)).match(/.{4}/g) ?? []).join('-');

export const newRecoveryCodes = (): string[] => Array.from({ length: RECOVERY_CODES }, newCode);

/** As it may be typed from paper: in small letters, with 0 and 1 for the letters that look like them. */
export const asRecoveryCode = (typed: string): string | undefined => {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('0', 'O').replaceAll('1', 'I');
  return /^[A-Z2-7]{16}$/.test(letters) ? letters : undefined;
};

export const hashRecoveryCode = (code: string): Buffer => hashSecret(code.replaceAll('-', ''));
