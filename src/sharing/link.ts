import type { Config } from '../config.ts';

/** What is given to the reader. Without a configured origin only its path: the name in a request is anybody's. */
export const shareLink = (config: Pick<Config, 'baseUrl'>, secret: string): string =>
  `${config.baseUrl ?? ''}/shared/${secret}`;
