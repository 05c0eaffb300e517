/** What the system says of a file, a folder, a port or a server, for people. */

type SystemError = NodeJS.ErrnoException & {
  address?: string;
  port?: number;
  hostname?: string;
  /** Of the database server: it ended the connection. */
  severity?: string;
};

const OF_PATHS: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it is there already',
  EACCES: 'this user may not read or write it',
  EROFS: 'nothing can be written there',
  ENOSPC: 'the disk is full',
};
const OF_PORTS: Record<string, string> = {
  EADDRINUSE: 'another process listens there already. End it, or set PORT.',
  EACCES: 'this user may not listen there. Set PORT.',
  EADDRNOTAVAIL: 'this machine has no such address. Set HOST.',
};
const OF_SERVERS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it ended the connection',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
};

const placeOf = ({ address, hostname, port }: SystemError): string =>
  [address ?? hostname, port].filter((part) => part !== undefined).join(':');

/** Of a name with several addresses each was tried; the first stands for all. */
const firstOf = (error: Error): SystemError =>
  (error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined) ?? error;

/** In words; undefined: it is no such error. */
export function systemWords(error: Error): string | undefined {
  const { code = '', syscall, path, severity, message } = firstOf(error) as SystemError;
  if (severity === 'FATAL') return `The database server says: ${message}.`;
  if (syscall === 'listen') return OF_PORTS[code] && `${placeOf(firstOf(error))}: ${OF_PORTS[code]}`;
  if (syscall === 'connect' || syscall === 'getaddrinfo')
    return (
      OF_SERVERS[code] &&
      `The database server at ${placeOf(firstOf(error))} cannot be reached: ${OF_SERVERS[code]}. See DATABASE_URL.`
    );
  if (!path) return undefined;
  if (syscall === 'mkdir' && code === 'EEXIST') return `${path}: it is a file, and no folder.`;
  return OF_PATHS[code] && `${path}: ${OF_PATHS[code]}.`;
}

/** The same, or the error’s own message. */
export const inWords = (error: Error): string => systemWords(error) ?? error.message;
