import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, as a URL-safe text. */
export const newSecret = () => randomBytes(32).toString('base64url');

/** How secrets are kept: a session, a token or a link is never stored as such. They are random, so a fast hash will do. */
export const hashSecret = (secret: string) => createHash('sha256').update(secret).digest();

export const TOKEN_PREFIX = 'dd_';

/** Throttle of sign-in: failures within the window, by account and by client address. */
export const SIGN_IN_WINDOW_MS = 15 * 60_000;
export const FAILURES_PER_ACCOUNT = 10;
export const FAILURES_PER_CLIENT = 30;

export type SessionLimits = { sessionIdleMs: number; sessionMaxMs: number };

export const SETUP_LINK_MS = 24 * 3_600_000;

/** Least length of a password. Length is what makes one hard to guess; no composition rules. */
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 200;

/** Who is meant, in the audit log and in mails. */
export const calledSo = ({ name, email }: { name: string; email: string }): string => `${name} <${email}>`;
