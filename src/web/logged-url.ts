/** Paths whose next part is a secret. */
const SECRET = /^\/(shared|set-up|calendar|invitation|new-password)\/[^?#]*/i;

/** A request's URL as it may be logged or repeated: without a secret that stands in it. */
export const loggedUrl = (url: string): string => url.replace(SECRET, '/$1/(not logged)');
