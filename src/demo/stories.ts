import type { Answers } from './replies.ts';

/** The made-up incidents of the demonstration: who blocks what, when, and how it goes. */

/** One thing that happens, hours after the block was logged. */
export type Step =
  | {
      at: number;
      do: 'letter';
      round: 'first' | 'second-review' | 'followup-silence' | 'ask-cause' | 'answer-info' | 'thanks';
    }
  | { at: number; do: 'reply'; what: keyof Answers }
  | { at: number; do: 'evidence' }
  | { at: number; do: 'note'; text: string }
  | { at: number; do: 'recover' }
  | { at: number; do: 'close' };

/** Ways in which cases go. A story that is too young has had only the steps before today. */
export const COURSES = {
  contested: [
    { at: 0.4, do: 'evidence' },
    { at: 1.5, do: 'letter', round: 'first' },
    { at: 1.7, do: 'reply', what: 'ack' },
    { at: 6.2, do: 'reply', what: 'denied' },
    {
      at: 7,
      do: 'note',
      text: 'Went through the queue: order mail only, no new senders since last month. Nothing that explains it.',
    },
    { at: 20, do: 'evidence' },
    { at: 22.5, do: 'letter', round: 'second-review' },
    { at: 30.9, do: 'reply', what: 'mitigated' },
    { at: 31.2, do: 'letter', round: 'ask-cause' },
    { at: 49, do: 'reply', what: 'no-reason' },
    { at: 60, do: 'recover' },
    { at: 62, do: 'close' },
  ],
  quick: [
    { at: 0.5, do: 'evidence' },
    { at: 1.2, do: 'letter', round: 'first' },
    { at: 1.5, do: 'reply', what: 'ack' },
    { at: 18, do: 'reply', what: 'mitigated' },
    { at: 40, do: 'recover' },
    { at: 44, do: 'close' },
  ],
  conditional: [
    { at: 2, do: 'letter', round: 'first' },
    { at: 2.2, do: 'reply', what: 'ack' },
    { at: 26, do: 'reply', what: 'conditional' },
    { at: 27, do: 'note', text: 'Capped the queue to Outlook.com at 400 messages a day for two weeks.' },
    { at: 100, do: 'recover' },
    { at: 340, do: 'close' },
  ],
  asked: [
    { at: 3, do: 'letter', round: 'first' },
    { at: 20, do: 'reply', what: 'info' },
    { at: 24, do: 'note', text: 'Imprint published under the mail server’s name, with telephone and form.' },
    { at: 26, do: 'letter', round: 'answer-info' },
    { at: 30, do: 'reply', what: 'mitigated' },
    { at: 33, do: 'recover' },
    { at: 34, do: 'close' },
  ],
  silent: [
    { at: 4, do: 'letter', round: 'first' },
    { at: 150, do: 'letter', round: 'followup-silence' },
    { at: 170, do: 'reply', what: 'mitigated' },
    { at: 195, do: 'recover' },
    { at: 200, do: 'close' },
  ],
  expires: [
    { at: 1, do: 'note', text: 'A contact form of one shop was abused. Closed it, added a limit.' },
    { at: 30, do: 'recover' },
    { at: 31, do: 'close' },
  ],
} as const satisfies Record<string, readonly Step[]>;
export type Course = keyof typeof COURSES;

/** Provider, position in ADDRESSES, days ago, course; `until` stops a story before its end. */
export type Story = {
  provider: string;
  address: number;
  daysAgo: number;
  course: Course;
  until?: number;
  seen?: number;
  owner?: number;
};

export const STORIES: Story[] = [
  { provider: 'outlook-com', address: 1, daysAgo: 418, course: 'quick', seen: 214 },
  { provider: 'spamcop', address: 0, daysAgo: 409, course: 'expires', seen: 12 },
  { provider: 'gmail', address: 4, daysAgo: 397, course: 'expires', seen: 530 },
  { provider: 't-online', address: 3, daysAgo: 388, course: 'asked', seen: 41 },
  { provider: 'barracuda', address: 5, daysAgo: 371, course: 'quick', seen: 7 },
  { provider: 'yahoo', address: 4, daysAgo: 352, course: 'contested', seen: 311 },
  { provider: 'gmx', address: 0, daysAgo: 340, course: 'quick', seen: 96 },
  { provider: 'outlook-com', address: 2, daysAgo: 327, course: 'contested', seen: 1290 },
  { provider: 'spamhaus', address: 0, daysAgo: 315, course: 'quick', seen: 77 },
  { provider: 'comcast', address: 5, daysAgo: 301, course: 'quick', seen: 15 },
  { provider: 'icloud', address: 1, daysAgo: 290, course: 'silent', seen: 64 },
  { provider: 'orange-fr', address: 4, daysAgo: 281, course: 'silent', seen: 120 },
  { provider: 'microsoft-365', address: 5, daysAgo: 270, course: 'quick', seen: 45 },
  { provider: 'proofpoint', address: 4, daysAgo: 262, course: 'quick', seen: 9 },
  { provider: 't-online', address: 0, daysAgo: 249, course: 'silent', seen: 33 },
  { provider: 'outlook-com', address: 0, daysAgo: 238, course: 'conditional', seen: 502 },
  { provider: 'gmail', address: 6, daysAgo: 225, course: 'expires', seen: 88 },
  { provider: 'yahoo', address: 5, daysAgo: 213, course: 'silent', seen: 140 },
  { provider: 'gmx', address: 4, daysAgo: 201, course: 'contested', seen: 61 },
  { provider: 'spamcop', address: 3, daysAgo: 190, course: 'expires', seen: 5 },
  { provider: 'barracuda', address: 0, daysAgo: 177, course: 'quick', seen: 11 },
  { provider: 'outlook-com', address: 3, daysAgo: 164, course: 'quick', seen: 260 },
  { provider: 'comcast', address: 4, daysAgo: 151, course: 'silent', seen: 22 },
  { provider: 'icloud', address: 2, daysAgo: 139, course: 'quick', seen: 37 },
  { provider: 'microsoft-365', address: 2, daysAgo: 126, course: 'quick', seen: 58 },
  { provider: 'spamhaus', address: 5, daysAgo: 113, course: 'quick', seen: 43 },
  { provider: 'orange-fr', address: 0, daysAgo: 101, course: 'quick', seen: 70 },
  { provider: 'yahoo', address: 2, daysAgo: 84, course: 'contested', seen: 405 },
  { provider: 'proofpoint', address: 5, daysAgo: 72, course: 'quick', seen: 6 },
  { provider: 'gmail', address: 4, daysAgo: 61, course: 'expires', seen: 210 },
  { provider: 'spamcop', address: 2, daysAgo: 47, course: 'expires', seen: 8 },
  { provider: 't-online', address: 5, daysAgo: 38, course: 'asked', seen: 29 },
  { provider: 'gmx', address: 1, daysAgo: 29, course: 'quick', seen: 83 },
  { provider: 'barracuda', address: 4, daysAgo: 18, course: 'quick', seen: 10 },
  // Still running.
  { provider: 't-online', address: 0, daysAgo: 6, course: 'silent', until: 5, seen: 19, owner: 1 },
  { provider: 'yahoo', address: 3, daysAgo: 3.2, course: 'contested', until: 23, seen: 180, owner: 1 },
  {
    provider: 'outlook-com',
    address: 1,
    daysAgo: 2.1,
    course: 'contested',
    until: 31.5,
    seen: 3369,
    owner: 0,
  },
  { provider: 'outlook-com', address: 2, daysAgo: 1.5, course: 'contested', until: 7.5, seen: 912, owner: 1 },
  { provider: 'barracuda', address: 5, daysAgo: 1.1, course: 'quick', until: 19, seen: 4 },
  { provider: 'proofpoint', address: 4, daysAgo: 0.6, course: 'quick', until: 1.4, seen: 3 },
  { provider: 'gmail', address: 4, daysAgo: 0.05, course: 'expires', until: 0.5, seen: 260 },
];
