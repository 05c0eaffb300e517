/** Tells this process that something was written to the outbox; it may not be committed yet. */
const listeners = new Set<() => void>();

export function wakeFanOut(): void {
  for (const listener of listeners) listener();
}

/** Returns what ends the listening. */
export function onWake(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
