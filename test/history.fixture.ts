import { REFUSAL, type TestDesk } from './desk.ts';

/** Another report of the same kind, about another address. */
export const refusalOf = (address: string) => REFUSAL.replace('203.0.113.7', address);

/** So many incidents of addresses of their own, numbered from 1. */
export async function logged(desk: TestDesk, n: number): Promise<void> {
  for (let at = 0; at < n; at++)
    await desk.api('POST', '/incidents', { report: refusalOf(`203.0.113.${7 + at}`) });
}

/** Kinds and details of an incident's entries, without those of its logging. */
type Told = { kind: string; detail: Record<string, unknown>; summary: string; actor: string };

export async function entriesOf({ api }: TestDesk, number: number): Promise<Told[]> {
  const { items } = (await api('GET', `/incidents/${number}/timeline?limit=200`)).body;
  return items
    .filter(
      ({ kind }: { kind: string }) =>
        !/^(incident-logged|incident-linked|rejection-recorded|evidence-checked)$/.test(kind),
    )
    .map(({ kind, detail, summary, actor }: Record<string, unknown>) => ({ kind, detail, summary, actor }));
}
