import type { Test } from 'tap';
import { stepOf } from '../../../src/outcomes/steps.ts';
import { PROFILE, REFUSAL, type TestDesk, testDesk } from '../../desk.ts';

export const KEY = 'outlook-com/first';
export const PAGE = `/settings/letters/${KEY}/en`;
export const API = `/letter-templates/${KEY}/en`;
export const TEXT = {
  title: 'Outlook.com, as we write',
  when: 'A block at Outlook.com that nothing was asked about yet.',
  subject: 'Our mail from {{address}}',
  body: 'Good morning,\n\nplease lift the block of {{every addresses}}.\n\n{{> signature.en}}\n',
};

/** So many incidents at Outlook.com, numbered from 1, and a second wording of the first request: version 1. */
export async function withWordings(t: Test, incidents: number): Promise<TestDesk> {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  for (let at = 1; at <= incidents; at++)
    await desk.api('POST', '/incidents', { report: REFUSAL.replaceAll('203.0.113.7', `203.0.113.${at}`) });
  await desk.api('PUT', API, TEXT);
  return desk;
}

/** The same while the built-in wording (A) is compared with version 1 (B). */
export async function withTrial(t: Test, incidents: number): Promise<TestDesk> {
  const desk = await withWordings(t, incidents);
  await desk.api('POST', `${API}/trials`, { a: 0, b: 1 });
  return desk;
}

export const lettersOf = ({ db }: TestDesk) => db.selectFrom('letters').selectAll().orderBy('id').execute();

/** A, B, or – for a letter that is in no comparison – nothing, in the order of drafting. */
export const sides = async (desk: TestDesk): Promise<string> =>
  (await lettersOf(desk))
    .map((one) => (one.wording_trial_id === null ? '-' : one.template_version === null ? 'A' : 'B'))
    .join('');

const DAY = 86_400_000;

/** As if so many letters of a wording had been sent in a comparison (null: in none), the first of them lifted. */
export async function sentInTrial(
  { db }: TestDesk,
  trial: number | null,
  wording: number,
  { lifted, denied }: { lifted: number; denied: number },
): Promise<void> {
  for (let at = 0; at < lifted + denied; at++) {
    const text = { subject: 'About', body: 'Hello', base_subject: 'About', base_body: 'Hello' };
    const { id } = await db
      .insertInto('letters')
      .values({
        ...text,
        incident_number: 1,
        template: KEY,
        template_version: wording || null,
        wording_trial_id: trial,
        language: 'en',
        round: 'first',
        state: 'sent',
        sent_at: new Date(),
        channel: 'form',
        claims: '[]',
        fields: '[]',
        missing: '[]',
        created_by_name: 'A B',
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await db
      .insertInto('letter_outcomes')
      .values({
        letter_id: id,
        incident_number: 1,
        provider: 'outlook-com',
        template: KEY,
        language: 'en',
        round: 'first',
        wording,
        claims: [],
        sent_at: new Date(),
        verdict: at < lifted ? 'mitigated' : 'denied',
        answer_step: stepOf(DAY),
        mitigation_step: at < lifted ? stepOf(DAY) : null,
      })
      .execute();
  }
}
