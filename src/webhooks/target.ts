import type { Severity } from '../database/tables.ts';
import { SEVERITIES } from '../incidents/incidents.ts';
import { type EventGroup, GROUPS } from './event.ts';
import { FORMATS, type FormatKey } from './formats.ts';
import { isSecret } from './signature.ts';

/** What a person says of a target. An empty address or secret leaves the one that is there. */
export type TargetInput = {
  name: string;
  url: string;
  format: FormatKey;
  groups: EventGroup[];
  /** Keys of the catalogue; none: all. */
  providers: string[];
  leastSeverity: Severity;
  secret: string;
};

/** What makes an event one for a target. */
export type Choice = { groups: readonly string[]; providers: readonly string[]; least_severity: Severity };

/** What belongs to no incident has neither provider nor severity, and is chosen by its group alone. */
export const wants = (
  { groups, providers, least_severity }: Choice,
  { group, incident }: { group: EventGroup; incident: { provider: string; severity: Severity } | null },
): boolean =>
  groups.includes(group) &&
  (incident === null ||
    ((providers.length === 0 || providers.includes(incident.provider)) &&
      SEVERITIES.indexOf(incident.severity) >= SEVERITIES.indexOf(least_severity)));

/** What is wrong with a target, by field; its address is looked at elsewhere. */
export function targetProblems(
  input: TargetInput,
  known: { hasUrl: boolean; providers: (key: string) => boolean },
): Record<string, string> {
  const problems: Record<string, string> = {};
  if (!input.name.trim()) problems['name'] = 'Needed: what to call it.';
  if (!input.url && !known.hasUrl) problems['url'] = 'Enter the address that events are sent to.';
  if (input.groups.length === 0) problems['groups'] = `Choose at least one of ${GROUPS.join(', ')}.`;
  const unknown = input.providers.find((key) => !known.providers(key));
  if (unknown !== undefined) problems['providers'] = `There is no provider ${unknown}.`;
  if (input.secret && !FORMATS[input.format].isSigned)
    problems['secret'] = `${FORMATS[input.format].name} checks no signature: leave it empty.`;
  else if (input.secret && !isSecret(input.secret))
    problems['secret'] = 'It must be whsec_ and 24 to 64 octets in Base64. Leave it empty to have one made.';
  return problems;
}

/** Severities that a choice can begin with, in words. */
export const LEAST_WORDS: Record<Severity, string> = {
  low: 'all',
  normal: 'normal and above',
  high: 'high and above',
  critical: 'critical only',
};

export const GROUP_WORDS: Record<EventGroup, string> = {
  mail: 'Mail: letters, answers, verdicts, tickets',
  evidence: 'Evidence: rejections, checks, causes',
  state: 'State: logged, changed, relapsed, recovered, steps due',
  notes: 'Notes: that one was written, not what it says',
  desk: 'Desk: mail unfiled, reminders, mailboxes and feeds in trouble, webhooks paused',
};
