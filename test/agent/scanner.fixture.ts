import type { Scanner } from '../../src/agent/scanner.ts';
import { MOST_ROWS, type Observation } from '../../src/observations/observation.ts';

/** Counts lines by their first word, which stands in `via`; lines that start with `#` are no deliveries. */
export function wordScanner(): Scanner {
  let held = '';
  const words = new Map<string, number>();
  const push = (text: string) => {
    const all = (held + text).split('\n');
    held = all.pop() ?? '';
    for (const line of all) {
      const word = line.split(' ', 1)[0]?.slice(0, 200) ?? '';
      if (word !== '' && !word.startsWith('#')) words.set(word, (words.get(word) ?? 0) + 1);
    }
  };
  return {
    push: (octets) => push(octets.toString('latin1')),
    get waiting() {
      return words.size;
    },
    take: () => {
      const some = [...words].slice(0, MOST_ROWS);
      for (const [word] of some) words.delete(word);
      return some.map(([word, count]) => observation(word, count));
    },
    finish: () => push('\n'),
  };
}

export const observation = (via: string, count = 1): Observation => ({
  minute: '2026-11-20T10:00Z',
  address: '192.0.2.10',
  via,
  provider: null,
  outcome: 'accepted',
  reason: null,
  rule: null,
  replyCode: '250',
  enhancedCode: null,
  blockCode: null,
  count,
  domains: [],
  samples: [],
});
