import type { Others } from './facts.ts';
import type { Button, Go } from './schema.ts';

type About = { number: number; provider: string; address: string; others: Others };

/** Where each button leads. */
const LINKS: Record<Go, (about: About, button: Button) => string> = {
  letter: ({ number }, { round }) => `/incidents/${number}/letters/new${round ? `?round=${round}` : ''}`,
  reply: ({ number }) => `/incidents/${number}/messages/new`,
  recover: ({ number }) => `/incidents/${number}#recover`,
  close: ({ number }) => `/incidents/${number}#state`,
  state: ({ number }) => `/incidents/${number}#state`,
  mail: ({ number }) => `/incidents/${number}#mail`,
  note: ({ number }) => `/incidents/${number}#note`,
  refused: ({ number }) => `/log?incident=${number}`,
  cause: ({ number }) => `/incidents/${number}#cause`,
  tickets: ({ number }) => `/incidents/${number}#h-tick`,
  check: ({ number }) => `/incidents/${number}#h-ev`,
  evidence: ({ number }) => `/incidents/${number}/evidence/new`,
  places: ({ number, address }) => (address ? `/evidence/${address}/places` : `/incidents/${number}#h-ev`),
  playbook: ({ provider }) => `/providers/${encodeURIComponent(provider)}`,
  profile: () => '/settings/profile',
  link: ({ number }) => `/incidents/${number}#h-before`,
  // Where the list has no incident yet, its refusal is logged as one.
  upstream: ({ others }) => (others.upstream === null ? '/log' : `/incidents/${others.upstream}`),
  earlier: ({ number, others }) =>
    others.earlier === null ? `/incidents/${number}#h-before` : `/incidents/${others.earlier}`,
};

export const hrefOf = (button: Button, about: About): string => LINKS[button.go](about, button);
