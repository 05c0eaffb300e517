import { isIP, isIPv4, isIPv6 } from 'node:net';

/** Where a server of DNS takes questions, over UDP and TCP. */
export type ServerAddress = { host: string; port: number };

const PORT = 53;

/** `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:53`; undefined for anything else. */
export function readServer(text: string): ServerAddress | undefined {
  if (isIP(text) !== 0) return { host: text, port: PORT };
  const [, inBrackets = '', plain = '', digits = PORT] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = Number(digits);
  if (!(isIPv6(inBrackets) || isIPv4(plain)) || port < 1 || port > 65_535) return undefined;
  return { host: inBrackets || plain, port };
}
