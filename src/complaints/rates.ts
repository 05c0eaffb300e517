/** Complaints in per cent of what was accepted: what large receivers want at most, and what they tolerate no longer. */
export const GOOD_RATE = 0.1;
export const BAD_RATE = 0.3;
