import type { Config } from '../config.ts';

/** A path with its query, without the question mark when there is none. */
export const linkTo = (path: string, query: URLSearchParams) => (query.size > 0 ? `${path}?${query}` : path);

/** Where links that leave this server lead: to BASE_URL, or to where we listen. Never to what a request names. */
export const linkBase = ({ baseUrl, host, port }: Pick<Config, 'baseUrl' | 'host' | 'port'>): string =>
  baseUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
