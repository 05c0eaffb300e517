/** `1 hour`, `48 hours`, `14 days`. */
export function roughHours(hours: number): string {
  const days = hours / 24;
  if (days >= 3 && Number.isInteger(days)) return `${days} days`;
  return hours === 1 ? '1 hour' : `${hours} hours`;
}

const STATED =
  /(\d{1,3}) ?(hours?|days?|weeks?|stunden?|tagen?|wochen?|heures?|jours?|semaines?|ore|giorni|horas|días|uur|dagen|weken)\b/iu;
/** Hours that an answer states, such as “for the next 14 days”; null: it states none. */
export function statedHours(quote: string): number | null {
  const [, number, unit = ''] = STATED.exec(quote.slice(0, 2000)) ?? [];
  if (number === undefined) return null;
  const first = unit.toLowerCase();
  const hours = /^(d|t|j|gi)/.test(first) ? 24 : /^(w|se)/.test(first) ? 168 : 1;
  return Number(number) * hours;
}
