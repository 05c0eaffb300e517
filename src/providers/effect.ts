import type { Provider } from './schema.ts';

/** Where it is not published: two days. */
const USUAL = 48;

/** Hours until what a provider lifted holds everywhere. */
export const effectHours = (provider: Partial<Pick<Provider, 'timing'>> | undefined): number =>
  provider?.timing?.effectiveWithin ?? USUAL;
