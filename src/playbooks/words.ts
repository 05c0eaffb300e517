import { hours } from '../providers/hours.ts';
import type { Escalation, Stop } from '../providers/playbook-schema.ts';
import type { Provider, Route } from '../providers/schema.ts';
import type { Step } from './course.ts';

/** How playbooks read on pages. */

export const KINDS: Record<Provider['kind'], string> = {
  'mailbox-provider': 'mailbox provider',
  'filter-vendor': 'filter vendor',
  'block-list': 'block list',
};

export const ROUTE_KINDS: Record<Route['kind'], string> = {
  form: 'form',
  email: 'e-mail',
  portal: 'portal',
  'self-service': 'self-service',
  telephone: 'telephone',
  recipient: 'through the recipient',
  'network-owner': 'only the network’s owner',
  none: 'no way to ask',
};

export const LANGUAGES: Record<Provider['languages'][number], string> = {
  en: 'English',
  de: 'German',
  fr: 'French',
  it: 'Italian',
  es: 'Spanish',
  nl: 'Dutch',
  ru: 'Russian',
  zh: 'Chinese',
  ja: 'Japanese',
};

export const WHO: Record<Step['who'], string> = {
  we: 'we',
  robot: 'a robot',
  people: 'people',
  'network-owner': 'the network’s owner',
  recipient: 'the recipient',
};

export const TO: Record<Escalation[number]['to'], string> = {
  'same-desk': 'Same desk again',
  'second-desk': 'Second desk',
  recipient: 'The recipient',
  'network-owner': 'The network’s owner',
  'list-operator': 'Operator of the list',
  certification: 'A programme',
};

const counted = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`;

/** `within 48 h`; steps that come at once say so. */
export const withinWords = (value: number | undefined): string =>
  value === undefined ? '' : value === 0 ? 'at once' : `within ${hours(value)}`;

export function afterWords({ afterRounds, afterHours }: Escalation[number]): string {
  const parts = [
    afterRounds === undefined ? '' : afterRounds === 0 ? 'at once' : `after ${counted(afterRounds, 'round')}`,
    afterHours === undefined ? '' : `after ${hours(afterHours)} of silence`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** The numbers of a stop rule in short. */
export function stopWords({ rounds, requests, relistings, idle, again }: Stop): string {
  const parts = [
    rounds === undefined ? '' : rounds === 0 ? 'never write' : counted(rounds, 'round'),
    requests ? `${counted(requests.count, 'request')} in ${hours(requests.hours)}` : '',
    relistings
      ? `${counted(relistings.count, 'new listing')} in ${hours(relistings.hours)}: pause ${hours(relistings.pause)}`
      : '',
    idle === undefined ? '' : `${hours(idle)} without a new fact`,
    again === undefined ? '' : `again after ${hours(again)}`,
  ];
  return parts.filter(Boolean).join(', ');
}
