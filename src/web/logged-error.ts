/** An error as it may be logged: what it is and where it happened, without what somebody sent or a server said of it. */
type LoggedError = {
  type: string;
  code?: string;
  message: string;
  /** Of the database: what a rule that was broken is named. */
  constraint?: string;
  stack?: string[];
  cause?: LoggedError;
};

const MOST_WORDS = 300;
const MOST_FRAMES = 12;

/**
 * The words of an error without what may be personal or secret in it: quoted text, addresses of mail, URLs, the values
 * that a database repeats, and whatever is as long as a token.
 */
export const withoutPersons = (words: string): string =>
  words
    .slice(0, 4 * MOST_WORDS)
    .replace(/[\w.+%~!#$&'*/=?^`{|}-]{1,64}@[\w.-]{1,253}/g, '…@…')
    .replace(/\b[a-z][a-z0-9+.-]{1,20}:\/\/\S+/gi, '…://…')
    .replace(/"[^"]*("|$)|“[^”]*(”|$)|`[^`]*(`|$)|(?<![\w])'[^']*('|$)/g, '“…”')
    .replace(/=\s?\([^)]*(\)|$)/g, '=(…)')
    .replace(/[\w+/=-]{20,}/g, '…')
    .slice(0, MOST_WORDS);

/** Frames of a stack: its head repeats the message. */
const framesOf = (stack: string | undefined): string[] =>
  (stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, MOST_FRAMES);

const MOST_CAUSES = 3;

export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutPersons(String(error)) };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  const frames = framesOf(error.stack);
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: withoutPersons(error.message),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(frames.length > 0 ? { stack: frames } : {}),
    ...(error.cause !== undefined && depth < MOST_CAUSES
      ? { cause: loggedError(error.cause, depth + 1) }
      : {}),
  };
}
