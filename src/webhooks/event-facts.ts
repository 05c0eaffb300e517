import type { WebhookEvent } from './event.ts';

const FEW = 5;

const some = (addresses: string[], all: number) =>
  addresses.slice(0, FEW).join(', ') + (all > FEW ? ` and ${all - FEW} more` : '');

/** What chat formats show of an event beside its title: label and value, in order. */
export function eventFacts({ data }: WebhookEvent): [label: string, value: string][] {
  const { incident } = data;
  if (!incident) return [];
  return [
    ['Provider', incident.providerName],
    ['State', incident.state.replaceAll('-', ' ')],
    ['Severity', incident.severity],
    ...(incident.addresses.length > 0
      ? [['Addresses', some(incident.addresses, incident.addressCount)] as [string, string]]
      : []),
    ['By', data.actor],
  ];
}

/** What the link of an event is called. */
export const linkWords = ({ data: { incident } }: WebhookEvent): string =>
  incident ? `#${incident.number} ${incident.title}` : 'Webhooks';

/** One line, without what could steer a display. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
