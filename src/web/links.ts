/** A path with its query, without the question mark when there is none. */
export const linkTo = (path: string, query: URLSearchParams) => (query.size > 0 ? `${path}?${query}` : path);
