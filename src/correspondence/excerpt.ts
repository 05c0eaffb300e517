const EXCERPT = 280;

/** The beginning of a text, on one line: what the timeline shows of a message. */
export const excerptOf = (text: string) => {
  const folded = text.replace(/\s+/g, ' ').trim();
  return folded.length > EXCERPT ? `${folded.slice(0, EXCERPT)}…` : folded;
};
