import type { News } from '../timeline/news.ts';

/** The stream's text, as the HTML standard's server-sent events have it. */

/** An event with the place up to which it tells; a browser sends that back when it connects again. */
export const eventText = (name: string, place: string, data: unknown = {}) =>
  `id: ${place}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** What stands in Unfiled is another thing than a page that shows another mark: mail belongs to no timeline yet. */
export const unfiledText = (place: string, mark: string) => eventText('unfiled', place, { mark });

/** When a browser whose stream ends is to connect again. */
export const retryText = (ms: number) => `retry: ${Math.round(ms)}\n\n`;

/** Nothing that a page is told of. */
export const commentText = () => ':\n\n';

/** What is new, by incident: numbers and kinds only. Empty where nothing is. */
export function newsText({ entries, isAll }: News, place: string): string {
  if (isAll) return eventText('change', place, { all: true });
  if (entries.length === 0) return '';
  const incidents = [...Map.groupBy(entries, ({ number }) => number)].map(([number, some]) => ({
    number,
    kinds: [...new Set(some.map(({ kind }) => kind))],
  }));
  return eventText('change', place, { incidents });
}
