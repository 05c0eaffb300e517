const two = (n: number) => String(n).padStart(2, '0');

/** `2026-06-01` as a report writes it. */
export const usDay = (day: string) => {
  const [year, month, date] = day.split('-').map(Number);
  return `${month}/${date}/${year}`;
};

export const daysAgo = (n: number, now = new Date()) =>
  new Date(now.getTime() - n * 86_400_000).toISOString().slice(0, 10);

export type Row = {
  address?: string;
  day?: string;
  filter?: string;
  complaints?: string;
  traps?: number;
  comments?: string;
};

/** A row of the report without a header: fourteen columns. */
export function oldRow(row: Row = {}): string {
  const day = usDay(row.day ?? '2026-06-01');
  const traps = row.traps ?? 0;
  return [
    row.address ?? '192.0.2.10',
    `${day} 12:05 AM`,
    `${day} 11:40 PM`,
    '4100',
    '4000',
    '3900',
    row.filter ?? 'GREEN',
    row.complaints ?? '< 0.1%',
    ...(traps > 0 ? [`${day} 3:${two(7)} AM`, `${day} 4:00 PM`, String(traps)] : ['', '', '']),
    'mx1.example.com',
    'news@example.com',
    row.comments ?? '',
  ].join(',');
}

export const report = (...rows: Row[]) => `${rows.map(oldRow).join('\r\n')}\r\n`;
