import { PLACES } from '../../evidence/places/places.ts';
import { askedAt, type Claim, kindsFor } from './claims.ts';

/** What would make a claim hold that does not: what a check looks at, and what only a person can find out. */

const isOpen = ({ status }: Pick<Claim, 'status'>) => status !== 'supported';

/** Kinds of evidence that a check looks at for the claims that do not hold, each once. */
export const kindsToCheck = (claims: Pick<Claim, 'key' | 'status'>[]): string[] => [
  ...new Set(claims.filter(isOpen).flatMap(({ key }) => kindsFor(key))),
];

export type Way = { words: string; href: string };
export type Context = {
  incident: number;
  /** The page to come back to. */
  back: string;
  addresses: string[];
  domains: string[];
};

const encoded = encodeURIComponent;
/** What is wrong with one address is looked up there. */
const addressFor = (claim: Claim, { addresses }: Context): string | undefined =>
  [...claim.fails, ...addresses].find((text) => !text.includes('/'));

function placesFor(claim: Claim, context: Context): Way[] {
  return PLACES.filter((place) => place.claim === claim.key).flatMap((place) => {
    const subject = place.of === 'address' ? addressFor(claim, context) : context.domains[0];
    return subject
      ? [
          {
            words: `Look at ${place.name}`,
            href: `/evidence/${encoded(subject)}/places/${place.key}?incident=${context.incident}`,
          },
        ]
      : [];
  });
}

/** Where a person finds out, or writes down, what a claim needs. */
export function waysFor(claim: Claim, context: Context): Way[] {
  if (!isOpen(claim)) return [];
  const asked = askedAt(claim.key);
  const address = addressFor(claim, context);
  const own: Way[] =
    asked === 'log'
      ? [{ words: 'Log a fresh refusal', href: `/log?incident=${context.incident}` }]
      : asked === 'sample' && address
        ? [{ words: 'Bring a sample message', href: `/evidence/${encoded(address)}#h-sample` }]
        : asked.startsWith('profile#')
          ? [
              {
                words: 'Fill in the profile',
                href: `/settings/profile?back=${encoded(context.back)}#${asked.slice('profile#'.length)}`,
              },
            ]
          : [];
  const record = {
    words: 'Record it',
    href: `/incidents/${context.incident}/evidence/new?claim=${claim.key}&back=${encoded(context.back)}`,
  };
  return [...placesFor(claim, context), ...own, record];
}
