/** Fields in which ticket systems keep what was written, the likeliest first, and when it was. */
const TEXT_FIELDS = [
  'body',
  'text',
  'message',
  'content',
  'comment',
  'reply',
  'description',
  'html',
  'messages',
];
const TIME_FIELDS = ['created_at', 'createdAt', 'date', 'sent_at', 'sentAt', 'timestamp', 'time'];
const MOST_LEVELS = 4;

function timeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return Number.NaN;
  const fields = value as Record<string, unknown>;
  const written = TIME_FIELDS.map((name) => fields[name]).find((one) => one !== undefined);
  return typeof written === 'number' ? written : Date.parse(String(written));
}

/** Of several messages with times the newest stands for all; texts without are lines of one. */
function textOf(value: unknown, levels: number): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || levels === 0) return '';
  if (Array.isArray(value)) {
    const timed = value.filter((one) => !Number.isNaN(timeOf(one)));
    const newest = timed.sort((one, other) => timeOf(other) - timeOf(one))[0];
    if (newest !== undefined) return textOf(newest, levels - 1);
    return value.map((one) => textOf(one, levels - 1)).join('\n');
  }
  const fields = value as Record<string, unknown>;
  return TEXT_FIELDS.map((name) => textOf(fields[name], levels - 1)).find((text) => text.trim() !== '') ?? '';
}

/** The text of a reply that came as JSON, as interfaces of ticket systems give it: a list of lines or of messages, or one message. Null where it is none. */
export function textOfJson(raw: string): string | null {
  if (!/^\s{0,100}[[{]/.test(raw)) return null;
  try {
    const text = textOf(JSON.parse(raw), MOST_LEVELS);
    return text.trim() === '' ? null : text;
  } catch {
    return null;
  }
}
