import type { Config } from '../config.ts';

/** A path with its query, without the question mark when there is none. */
export const linkTo = (path: string, query: URLSearchParams) => (query.size > 0 ? `${path}?${query}` : path);

/** Where links that leave this server lead: to BASE_URL, or to where we listen. Never to what a request names. */
export const linkBase = ({ baseUrl, host, port }: Pick<Config, 'baseUrl' | 'host' | 'port'>): string =>
  baseUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** A local path to return to after signing in; anything that could lead elsewhere becomes the desk. */
export function localPath(path: string | undefined): string {
  if (!path || path.length > 2000) return '/';
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path)) return '/';
  // A browser reads a backslash as a slash, also when it comes encoded.
  return /%(5c|2f%2f|0[0-9a-f])/i.test(path) ? '/' : path;
}

/** A page of signing in that leads on to `next`, a local path. */
export const withNext = (page: string, next: string): string =>
  next === '/' ? page : `${page}?next=${encodeURIComponent(next)}`;
