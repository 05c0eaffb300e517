/** What the system says of a file or folder, for people. */
const WORDS: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it is there already',
  EACCES: 'this user may not read or write it',
  EROFS: 'nothing can be written there',
  ENOSPC: 'the disk is full',
};

/** What went wrong: with a file, the file and the reason; else the message as it is. */
export function inWords(error: Error): string {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const words = code && WORDS[code];
  return path && words ? `${path}: ${words}.` : message;
}
