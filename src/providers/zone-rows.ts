import { hours } from './hours.ts';
import type { AnswerKind, Zone } from './zone-schema.ts';

const LISTS = { ipv4: 'IPv4', ipv6: 'IPv6', domains: 'domains' } as const;
const ACCESS = {
  open: 'free to ask',
  registered: 'for registered resolvers only',
  key: 'with a key only',
} as const;
const COUNTS: Record<AnswerKind, string> = {
  listing: 'a listing',
  policy: 'a policy, no abuse',
  informational: 'no listing',
  allow: 'a good word',
  error: 'no listing: refused',
};

/** The conditions of a zone in one line. */
const conditions = ({ weight, use, expires, lists }: Zone): string =>
  [
    lists.map((kind) => LISTS[kind]).join(', '),
    weight === 'informational' ? 'for information' : `${weight} weight`,
    ACCESS[use.access],
    use.noPublicResolvers ? 'no public resolvers' : '',
    use.queriesPerDay ? `at most ${use.queriesPerDay.toLocaleString('en')} queries a day` : '',
    expires ? `ends ${hours(expires)} after the last event` : '',
  ]
    .filter(Boolean)
    .join('; ');

/** The zones of an operator as the page shows them: one row for each answer. */
export const zoneRows = (zones: Zone[] = []) =>
  zones.map((zone) => ({
    zone: zone.zone,
    name: zone.name,
    about: zone.about,
    conditions: conditions(zone),
    note: zone.use.note ?? '',
    removal: zone.removal ?? '',
    verified: zone.verified && zone.use.verified,
    answers: [
      ...zone.codes.map(({ code, ...rest }) => ({ answer: code, ...rest })),
      ...(zone.bits ?? []).map(({ bit, ...rest }) => ({ answer: `bit ${bit}`, ...rest })),
    ].map(({ answer, kind, meaning, verified }) => ({ answer, meaning, verified, counts: COUNTS[kind] })),
  }));
