import { type RawBuilder, sql } from 'kysely';
import type { Counts, Size } from './size.ts';

/** What the data are made of: how many, whose provider, which moment is the newest. */
export type Plan = { size: Size; counts: Counts; providers: ScaleProvider[]; kinds: EvidenceKind[] };

export type EvidenceKind = { key: string; of: 'address' | 'domain' };

/** A provider of the catalogue, with the letters and words that go to and fro. */
export type ScaleProvider = {
  no: number;
  key: string;
  name: string;
  /** The part of [0, 1) that is its. */
  low: number;
  high: number;
  mx: string;
  domain: string;
  /** What its server says; `{ip}` is the refused address. */
  refusal: string;
  replyCode: string;
  enhancedCode: string | null;
  blockCode: string;
  from: string;
  /** Of its tickets, with `{n}`. */
  reference: string;
  /** Template, title and language of the rounds of letters, from the first. */
  letters: { template: string; title: string; round: string; language: string }[];
};

/**
 * Rows that one statement makes for a part of `of` units: incidents, addresses, or rows by their number. A part is
 * one transaction, which also notes that it is done: a build that was stopped goes on behind the last one.
 */
export type Step = {
  name: string;
  /** How many units there are, and how many make a part. */
  of: (plan: Plan) => number;
  part: number;
  /** Makes the units `from` up to and with `to`; the first is 1. */
  make: (from: number, to: number, plan: Plan) => RawBuilder<unknown>;
};

/** Units that are made at once. */
export const whole = (name: string, make: (plan: Plan) => RawBuilder<unknown>): Step => ({
  name,
  of: () => 1,
  part: 1,
  make: (_from, _to, plan) => make(plan),
});

/** A whole number as it stands in a statement. */
export const int = (value: number): RawBuilder<number> => sql.raw(String(Math.trunc(value)));
/** 0 ≤ u < 1, the same for the same number and salt: `u(i, 7)`. */
export const u = (of: string, salt: number): RawBuilder<number> => sql.raw(`scale.u(${of}, ${salt})`);
