import type { FastifyReply } from 'fastify';

/** One CSV cell (RFC 4180). What a spreadsheet would run as a formula is defused. */
function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const inert = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

export const csvLine = (values: (string | number | null)[]): string => values.map(cell).join(',');

export const sendCsv = (reply: FastifyReply, fileName: string, lines: string[]): FastifyReply =>
  reply
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .type('text/csv; charset=utf-8')
    .send(`${lines.join('\r\n')}\r\n`);
