const LONGEST = 2000;

/** The address of a target, or what is wrong with it, for whoever typed it. */
export function readTargetUrl(text: string): URL | string {
  const typed = text.trim();
  if (!typed) return 'Enter the address that events are sent to.';
  if (typed.length > LONGEST) return `Too long: at most ${LONGEST} characters.`;
  if (!URL.canParse(typed)) return 'This is no web address. It begins with https://.';
  const url = new URL(typed);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'It must begin with https://.';
  if (url.username || url.password)
    return 'Leave out the name and password before the @: they would go over the line with each event.';
  url.hash = '';
  return url;
}

/** As it is shown once it is saved: what comes after the host may be a password, as it is with Slack. */
export const shownUrl = (url: URL): string =>
  url.pathname === '/' && !url.search ? url.href : `${url.origin}/…`;
