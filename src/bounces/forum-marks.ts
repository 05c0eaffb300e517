/** A link as forums and issue trackers write it: only its words are the reply's. */
const LINK = /\[([^\][]{1,300})\]\((?:https?:|mailto:)[^()\s]{1,300}\)/g;

/** Marks around words in forums: `[font=Menlo]…[/font]`. */
const MARK = /\[\/?(?:b|i|u|code|color|email|font|quote|size|url)(?:=[^\]]{0,200})?\]/gi;

/** A line without the marks of the forum that it was copied from. */
export function withoutMarks(text: string): string {
  const linked = text.includes('](') ? text.replace(LINK, '$1') : text;
  return linked.includes('[/') ? linked.replace(MARK, '') : linked;
}
