import type { GeneratedAlways, Selectable } from 'kysely';
import type { Verdict } from '../../providers/schema.ts';
import type { Default, Json, Now } from './columns.ts';
import type { Channel } from './correspondence.ts';

export type LetterState = 'draft' | 'sent' | 'discarded';

export type LettersTable = {
  id: GeneratedAlways<number>;
  incident_number: number;
  template: string;
  language: string;
  round: string;
  state: Default<LetterState>;
  subject: string;
  body: string;
  /** The draft as the template gave it, against which a person's edits are told apart. */
  base_subject: string;
  base_body: string;
  claims: Json<unknown>;
  fields: Json<unknown>;
  missing: Json<unknown>;
  version: Default<number>;
  created_at: Now;
  updated_at: Now;
  created_by_name: string;
  sent_at: Date | null;
  channel: Channel | null;
  /** The version of its template that it was drafted from; null: what was built in. */
  template_version: number | null;
  /** The comparison of two wordings in which it was given its version by turn. */
  wording_trial_id: number | null;
};

export type LetterTemplateVersionsTable = {
  id: GeneratedAlways<number>;
  /** As {@link LettersTable.template}; with language and version it names one text. */
  template: string;
  language: string;
  version: number;
  /** Title, when, subject, body and claims are all there, or, back to what is built in, none is. */
  title: string | null;
  fits_when: string | null;
  subject: string | null;
  body: string | null;
  claims: Json<string[]> | null;
  /** What the release had in its place at that time; null: nothing. */
  built_in: Json<{ title: string; when: string; subject: string; body: string }> | null;
  note: Default<string>;
  by_name: string;
  at: Now;
};

export type WordingTrialsTable = {
  id: GeneratedAlways<number>;
  template: string;
  language: string;
  /** Versions of the template; 0 is the built-in one. */
  wording_a: number;
  wording_b: number;
  /** How many turns were taken. */
  turn: Default<number>;
  started_at: Now;
  started_by_name: string;
  ended_at: Date | null;
  ended_by_name: string | null;
  /** The wording that was put in force with the end; null: neither. */
  chosen: number | null;
};

export type LetterOverridesTable = {
  letter_id: number;
  /** A claim that evidence contradicts, or a finding that stops the letter. */
  kind: 'claim' | 'finding';
  key: string;
  /** What it was about, in the words of the day. */
  about: Default<string>;
  reason: string;
  by_name: string;
  at: Now;
};

/** What became of a letter that asked a provider for something. */
export type LetterOutcomesTable = {
  letter_id: number;
  incident_number: number;
  provider: string;
  template: string;
  language: string;
  round: string;
  /** 0 is the built-in one. */
  wording: number;
  claims: string[];
  sent_at: Date;
  verdict: Verdict | null;
  answer_step: number | null;
  mitigation_step: number | null;
};

/** Sums over letter_outcomes, for all letters of a wording and for those that stated a claim. */
export type OutcomeSumsTable = {
  provider: string;
  template: string;
  language: string;
  round: string;
  wording: number;
  claim: string;
  sent: number;
  answered: number;
  mitigated: number;
  conditional: number;
  denied: number;
  other: number;
  answer_steps: number[];
  mitigation_steps: number[];
};

export type OutcomeBacklogTable = { incident_number: number };

export type LetterRow = Selectable<LettersTable>;
