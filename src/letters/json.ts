import { orNull, Type } from '../json-schema.ts';
import { DispatchJson, dispatchJson, dispatchOfLetter } from '../mail-out/shown.ts';
import { kindsToCheck } from './claims/claim-help.ts';
import { claimJson } from './claims/claim-json.ts';
import type { StoredClaim } from './claims/claims-view.ts';
import { currentDraft } from './draft-store.ts';
import { stillMissing } from './facts.ts';
import { fillFields } from './forms/form-fields.ts';
import { otherProviders } from './gate/other-providers.ts';
import { readJudgement } from './gate/store.ts';
import { overridesOf } from './overrides.ts';
import { isToDesk } from './rounds.ts';
import { type Shelf, wholeLetter } from './whole-letter.ts';

const Words = orNull(Type.String());

/** A letter as the API shows it; what the gate, the claims and the form are made of is described where they are made. */
export const LetterJson = Type.Object({
  id: Type.Integer(),
  incident: Type.Integer(),
  template: Type.String(),
  language: Type.String(),
  round: Type.String(),
  state: Type.String(),
  subject: Type.String(),
  body: Type.String(),
  claims: Type.Array(Type.Unknown()),
  checks: Type.Array(Type.String(), {
    description: 'kinds of evidence that a check would look at for claims that do not hold',
  }),
  route: Type.Union(
    [Type.Object({ kind: Type.String(), name: Type.String(), url: Words, address: Words }), Type.Null()],
    { description: 'how the provider takes it; null where it is not the provider that is written to' },
  ),
  fields: Type.Array(Type.Unknown(), { description: 'the provider’s form, field by field' }),
  findings: Type.Array(Type.Unknown(), {
    description: 'one of the level stop that is not overridden keeps the letter from being sent',
  }),
  questions: Type.Array(Type.Unknown()),
  overrides: Type.Array(
    Type.Object({
      kind: Type.String(),
      key: Type.String(),
      about: Type.String(),
      reason: Type.String(),
      by: Type.String(),
      at: Type.String({ format: 'date-time' }),
    }),
  ),
  missing: Type.Array(Type.Unknown()),
  version: Type.Integer(),
  sentAt: orNull(Type.String({ format: 'date-time' })),
  channel: Words,
  mail: Type.Union([DispatchJson, Type.Null()], {
    description: 'the mail that was made of it; null where it left in some other way',
  }),
});

/** Reads a letter as {@link LetterJson}. What it rests on is judged as of now until it is sent. */
export async function readLetterJson(shelf: Shelf, id: number) {
  const { db, catalogue } = shelf;
  const whole = await wholeLetter(shelf, id);
  const { letter, incident, template } = whole;
  const isSent = letter.state === 'sent';
  const [current, overrides, dispatch] = await Promise.all([
    currentDraft(db, letter, whole, new Date()),
    overridesOf(db, id),
    dispatchOfLetter(db, id),
  ]);
  const { draft, facts, route, deskAddress } = current;
  const { findings, questions } = isSent
    ? { findings: [], questions: [] }
    : await readJudgement(db, letter, whole, current, {
        otherProviders: otherProviders(catalogue.providers, incident.provider),
      });
  const claims: StoredClaim[] = isSent ? (letter.claims as StoredClaim[]) : draft.claims;
  const reasonFor = (kind: 'claim' | 'finding', key: string) =>
    overrides.find((one) => one.kind === kind && one.key === key)?.reason ?? null;
  const { subject, body } = letter;
  return {
    id,
    incident: incident.number,
    template: letter.template,
    language: letter.language,
    round: letter.round,
    state: letter.state,
    subject,
    body,
    claims: claims.map((claim) => ({
      ...claimJson(claim),
      overridden: reasonFor('claim', claim.key) !== null,
    })),
    checks: isSent ? [] : kindsToCheck(claims),
    route:
      route && isToDesk(letter.round)
        ? { kind: route.kind, name: route.name, url: route.url ?? null, address: deskAddress ?? null }
        : null,
    fields: route
      ? fillFields(route, facts, { subject, body, language: template.language, claims }).map(
          ({ label, value, length, maxLength, missing, steps, leftOut, shortened }) => ({
            label,
            value,
            length,
            maxLength,
            missing,
            steps,
            leftOut,
            shortened: shortened || null,
          }),
        )
      : [],
    findings: findings.map((finding) => ({ ...finding, overridden: reasonFor('finding', finding.key) })),
    questions,
    overrides: overrides.map(({ kind, key, about, reason, by_name, at }) => ({
      kind,
      key,
      about,
      reason,
      by: by_name,
      at: at.toISOString(),
    })),
    missing: isSent ? [] : stillMissing(letter),
    version: letter.version,
    sentAt: letter.sent_at?.toISOString() ?? null,
    channel: letter.channel,
    mail: dispatch ? dispatchJson(dispatch) : null,
  };
}
