import type { TestDesk } from '../desk.ts';

type Values = Record<string, number | null>;
export type ReportJson = {
  period: { from: string; to: string };
  care: string;
  rows: { key: string; name: string; incidents: number; values: Values; before: Values | null }[];
  all: { incidents: number; values: Values; before: Values | null };
  more: number;
};
/** A report over the API. */
export const ask = async (desk: TestDesk, path: string): Promise<ReportJson> => {
  const { status, body } = await desk.api('GET', `/reports/${path}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body as unknown as ReportJson;
};
/** In seconds. */
export const HOUR = 3600;
