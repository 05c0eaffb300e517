/** What the thread is told to do, and what it answers. */
export type Errand = { module: string; given: unknown };
export type Answer = { made: unknown } | { problem: string };
