import quoteWords from './quote-words.json' with { type: 'json' };

const names =
  (phrases: string[]) =>
  (quote: string): boolean => {
    const text = quote.toLowerCase();
    return phrases.some((phrase) => text.includes(phrase));
  };
/** Whether an answer asks for proof that the address is ours. */
export const asksOwnership = names(quoteWords.ownership);
/** Whether it names traffic that looked odd. */
export const namesTraffic = names(quoteWords.traffic);

const SHOWN = 160;
/** The answer’s own words, as part of a sentence; empty where there are none. */
export function quoted(quote: string): string {
  const line = quote.replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  return `: “${line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line}”`;
}
