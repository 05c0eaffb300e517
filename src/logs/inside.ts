const INSIDE =
  /^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][\da-f]{2}:|fe[89ab][\da-f]:)/i;

/**
 * Whether a host is one of our own: a content filter, a mail store. What it answers says nothing of how others
 * see our address.
 */
export const isInside = (ip: string | null): boolean => ip !== null && INSIDE.test(ip);

/** Whether an address that begins so may be one: worth a closer look. */
export const mayBeInside = (first: number): boolean =>
  first === 0x31 || first === 0x3a || first === 0x66 || first === 0x46;
