import type { Claim } from './claims.ts';
import { gap, type LetterFacts, type Missing, missingOf, type Need } from './facts.ts';
import type { LetterData } from './letter-helpers.ts';
import type { LetterTemplate } from './templates.ts';

export type Draft = { subject: string; body: string; claims: Claim[]; missing: Missing[] };

/** One line, whatever somebody put into a field: a subject with a line end in it would become a header. */
export const oneLine = (text: string) => text.replace(/[\s\0]+/g, ' ').trim();

/** Blanks at line ends, empty bullets and double empty lines go: what was left out leaves no trace. */
export function tidy(text: string): string {
  return `${text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '–')
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** The facts as templates see them, with gaps where something is missing. */
function variablesOf(facts: LetterFacts, missing: Missing[]) {
  const lacks = (need: Need) => missing.some((one) => one.key === need);
  const or = (need: Need, value: string) => value || gap(need);
  const { profile } = facts;
  const addresses = facts.addresses.length > 0 ? facts.addresses : [gap('addresses')];
  return {
    ...facts,
    addresses,
    address: addresses[0] ?? gap('addresses'),
    domain: facts.recipientDomains[0] ?? '',
    ticketReference: lacks('ticket-reference') ? gap('ticket-reference') : facts.ticketReference,
    refusal: { text: facts.refusal?.text ?? gap('refusal'), at: facts.refusal?.at ?? null, codes: facts.refusal?.codes ?? '' },
    hostname: facts.hostnames[0] ?? '',
    temporary: facts.incident.temporary,
    firstRejectionAt: facts.incident.firstRejectionAt,
    rejectionCount: facts.incident.rejectionCount > 1 ? String(facts.incident.rejectionCount) : '',
    affected: facts.incident.affected,
    profile: {
      ...profile,
      name: or('name', profile.name),
      website: lacks('website') ? gap('website') : profile.website,
      contactName: or('contact-name', profile.contactName),
      contactEmail: or('contact-email', profile.contactEmail),
      sendingDomains: profile.sendingDomains.length > 0 ? profile.sendingDomains : [gap('sending-domains')],
    },
  };
}

/** A letter from a template: only what holds is stated. Pure; throws when the template names an unknown variable. */
export function draftLetter(template: LetterTemplate, facts: LetterFacts, claims: Claim[]): Draft {
  const used = claims.filter((claim) => template.claims.includes(claim.key));
  const missing = missingOf(template.needs, facts);
  const variables = variablesOf(facts, missing);
  const letter: LetterData = { claims: new Map(used.map((claim) => [claim.key, claim])), language: template.language, stated: new Map() };
  const options = {
    data: { letter },
    allowProtoPropertiesByDefault: false,
    allowProtoMethodsByDefault: false,
  };
  const subject = oneLine(template.renderSubject(variables, options)).slice(0, 300);
  const body = tidy(template.renderBody(variables, options));
  return { subject, body, claims: used.map((claim) => ({ ...claim, stated: letter.stated.get(claim.key) ?? null })), missing };
}
