import t from 'tap';
import { isToDesk } from '../../src/letters/rounds.ts';
import { RULES } from '../../src/next-step/rules.ts';
import { judgePoint, pointsOf } from '../../src/next-step/state-space.ts';
import {
  ago,
  answered,
  asked,
  CATALOGUE,
  cause,
  type Given,
  NOW,
  sent,
  stepFor,
  words,
} from './situations.fixture.ts';

/**
 * Situations that operators meet, each with the step that somebody with experience takes. The numbers only name them.
 * What is recognised elsewhere (2, 54, 55, 67, 68) is asserted there; here is what the rules make of it.
 */
const at = (provider: string, row: Given['row'] = {}) => ({ ...row, provider });
const list = (provider: string, key: string, row: Given['row'] = {}): Given => ({
  row: at(provider, { reason: 'listed-on-third-party-list', ...row }),
  rule: `${provider}/${key}`,
});
const LISTED = (zone: string, text: string) => ({ zone, listed: true, words: text, seenAt: ago(1) });
const deferred: Given = { newestRejection: { id: 1, temporary: true } };

const SITUATIONS: [number, string, Given, string][] = [
  [
    1,
    'the refusal rests on a list of somebody else',
    {
      row: at('orange-fr', { reason: 'listed-on-third-party-list' }),
      cited: { name: 'SBL', owner: 'spamhaus' },
    },
    'upstream',
  ],
  [2, 'one recipient does not exist', { row: { reason: 'not-a-block' } }, 'not-a-block'],
  [3, 'a limit on the rate since this morning', { ...deferred, row: { reason: 'rate-limit' } }, 'slow-down'],
  [
    4,
    'Yahoo defers for days, and nothing was changed',
    { ...deferred, row: at('yahoo', { first_rejection_at: ago(60) }) },
    'find-cause',
  ],
  [
    5,
    'Yahoo defers for days after a change',
    { ...deferred, row: at('yahoo', { first_rejection_at: ago(60) }), ...cause('list-quality', 30) },
    'first-request',
  ],
  [6, 'the provider has a fault itself', { ...cause('provider-outage') }, 'provider-outage'],
  [
    7,
    'accepted deliveries are newer than the last refusal',
    { row: { last_rejection_at: ago(10) }, deliveries: { acceptedAt: ago(2), refused: 9, all: 99 } },
    'is-it-over',
  ],
  [
    8,
    'the newest refusal is older than a day',
    { row: { first_rejection_at: ago(60), last_rejection_at: ago(30) } },
    'fresh-line-first',
  ],
  [9, 'an account was compromised, and no fix is recorded', { ...cause('compromised-account') }, 'fix-first'],
  [10, 'it was mended two hours ago', { ...cause('compromised-account', 2) }, 'keep-clean'],
  [
    11,
    'the reverse name is generic, at T-Online',
    { row: at('t-online'), claims: { 'fcrdns-ok': 'contradicted' } },
    'names-right',
  ],
  [
    12,
    'T-Online wants the imprint first',
    { row: at('t-online', answered('needs-information', 2)) },
    'publish-imprint',
  ],
  [
    13,
    'the site has no direct contact, at T-Online',
    { row: at('t-online'), claims: { 'imprint-online': 'contradicted' } },
    'add-contact',
  ],
  [14, 'Outlook.com blocks, and we are not in SNDS', {}, 'enrol-and-write'],
  [
    15,
    'a receipt came, and its number is not kept',
    { row: asked(5, { last_verdict: 'acknowledged', last_answer_at: ago(4) }) },
    'keep-ticket',
  ],
  [16, 'the first answer is no', { row: answered('denied', 2) }, 'second-review'],
  [
    17,
    'no again, and nothing new is known',
    { row: answered('denied', 2, { round: 2 }), sent: [sent('first', 60), sent('second-review', 26)] },
    'collect',
  ],
  [
    18,
    'no, with a word on irregular traffic',
    { row: answered('denied', 2), ...words('We saw irregular traffic patterns.', 'denied', 2) },
    'explain-traffic',
  ],
  [
    19,
    'they see no block, and mail is refused since',
    { row: answered('not-blocked', 5, { last_rejection_at: ago(1) }) },
    'fresh-refusal',
  ],
  [
    20,
    'they see no block, and only limits are hit',
    { ...deferred, row: answered('not-blocked', 5, { reason: 'rate-limit', last_rejection_at: ago(1) }) },
    'limits-only',
  ],
  [21, 'lifted with conditions', { row: answered('conditionally-mitigated', 24) }, 'hold-volume'],
  [
    22,
    'lifted a day ago, and still refused',
    { row: answered('mitigated', 24, { last_rejection_at: ago(1) }) },
    'wait-for-effect',
  ],
  [
    23,
    'lifted three days ago, and still refused',
    { row: answered('mitigated', 72, { last_rejection_at: ago(1) }) },
    'promise-overdue',
  ],
  [
    23,
    'lifted three days ago, and refused last while it spread',
    { row: answered('mitigated', 72, { last_rejection_at: ago(60) }) },
    'prove',
  ],
  [
    23,
    'the same, and opened again by what was refused then',
    { row: answered('mitigated', 72, { state: 'open', mitigated_at: null, last_rejection_at: ago(60) }) },
    'see-if-it-holds',
  ],
  [
    24,
    'they want proof that the address is ours',
    {
      row: answered('needs-information', 2),
      ...words('Please send proof of ownership.', 'needs-information', 2),
    },
    'prove-ownership',
  ],
  [25, 'the fourth no', { row: answered('denied', 2, { round: 4 }) }, 'hand-over'],
  [
    26,
    'a new address that was never refused',
    {
      row: { rejection_count: 0, first_rejection_at: null, last_rejection_at: null },
      newestRejection: null,
      ...cause('new-address'),
    },
    'new-address-waits',
  ],
  [
    26.5,
    'a new address, and Outlook.com said no',
    { row: answered('denied', 2), ...cause('new-address') },
    'pre-emptive',
  ],
  [
    27,
    'a new address sent more than planned',
    { ...cause('new-address'), claims: { 'new-ip-warmup': 'contradicted' } },
    'over-plan',
  ],
  [
    28,
    'the other Microsoft system blocks',
    { row: at('microsoft-365'), rule: 'microsoft-365/banned-sender-ip' },
    'portal',
  ],
  [
    29,
    'its portal sees no block, and it goes on',
    { row: at('microsoft-365', answered('not-blocked', 5, { last_rejection_at: ago(1) })) },
    'other-system',
  ],
  [30, 'the portal’s mail does not come', { row: at('microsoft-365', asked(2)) }, 'portal-mail-missing'],
  [
    31,
    'a rule of the recipient’s company',
    { row: at('mimecast', { reason: 'policy' }), rule: 'mimecast/blocked-senders' },
    'recipient-acts',
  ],
  [
    32,
    'asked in the portal for Outlook.com',
    { row: answered('not-blocked', 5), ticket: { reference: 'X1', channel: 'portal' } },
    'wrong-desk',
  ],
  [
    33,
    'too many complaints at Gmail',
    { row: at('gmail'), claims: { 'complaint-rate-low': 'contradicted' } },
    'complaints-too-high',
  ],
  [34, 'Gmail’s form went out last week', { row: at('gmail', asked(170)) }, 'wait'],
  [
    35,
    'SBL and CSS at once',
    {
      ...list('spamhaus', 'css'),
      listRows: [
        LISTED('sbl.spamhaus.org', 'listed; SBL: a source of spam (127.0.0.2); CSS: spam (127.0.0.3)'),
      ],
    },
    'sbl-before-css',
  ],
  [36, 'SBL, where the network’s owner answers', list('spamhaus', 'sbl'), 'sbl'],
  [
    37,
    'CSS, the third time within a week',
    {
      ...list('spamhaus', 'css'),
      earlier: { number: 40, endedAt: ago(20) },
      earlierEnds: [ago(20), ago(90)],
    },
    'lock-removal',
  ],
  [38, 'XBL', list('spamhaus', 'xbl'), 'close-port-25'],
  [39, 'PBL on an access line', { ...list('spamhaus', 'pbl'), ...cause('dynamic-address') }, 'smarthost'],
  [40, 'PBL, and the range cannot be taken out', list('spamhaus', 'pbl', answered('denied', 2)), 'pbl-owner'],
  [41, 'DBL, not possible now', list('spamhaus', 'dbl', answered('denied', 2)), 'dbl-continues'],
  [
    42,
    'SpamCop, and the cause is mended',
    { ...list('spamcop', 'listed'), ...cause('compromised-account', 5) },
    'it-expires',
  ],
  [
    43,
    'SpamCop is provably wrong',
    { ...list('spamcop', 'listed'), ...cause('listing-error') },
    'report-error',
  ],
  [44, 'Cloudmark’s confirmation is not answered', { row: at('cloudmark', asked(2)) }, 'confirm-request'],
  [
    45,
    'Cloudmark again within a week',
    { row: at('cloudmark'), earlier: { number: 40, endedAt: ago(70) }, earlierEnds: [ago(70)] },
    'cause-before-reset',
  ],
  [
    46,
    'Barracuda was asked this morning',
    { row: at('barracuda', asked(6, { follow_up_due_at: ago(-18) })) },
    'wait',
  ],
  [47, 'Free blocks', { row: at('free-fr') }, 'it-expires'],
  [
    48,
    'Trend Micro’s dynamic list, and a personal contact',
    { row: at('trendmicro'), rule: 'trendmicro/dul', contacts: ['jo@example.com'] },
    'role-contact',
  ],
  [49, 'the whole network is listed, for money', list('uceprotect', 'level-3'), 'range-listing'],
  [
    50,
    'the receiver asks a list that has ended',
    {
      row: at('orange-fr', { reason: 'listed-on-third-party-list' }),
      cited: { name: 'dnsbl.sorbs.net', owner: null },
      dead: true,
    },
    'dead-list',
  ],
  [
    51,
    'Proofpoint shows “not blocked” today',
    { row: at('proofpoint', answered('not-blocked', 3)) },
    'moving-state',
  ],
  [52, 'Talos shows Neutral', { row: at('talos'), place: 'Neutral' }, 'neutral'],
  [
    53,
    'iCloud refuses the content, whoever sends it',
    { row: at('icloud', { reason: 'content' }) },
    'content',
  ],
  [
    54,
    'our letter came back',
    {
      row: asked(3, { state: 'action-needed' }),
      undelivered: { state: 'failed', words: '550 no such user', messageId: 7 },
    },
    'mail-failed',
  ],
  [
    55.5,
    'the letter was sent by mail, and nobody knows whether it arrived',
    {
      row: asked(3, { state: 'action-needed' }),
      undelivered: { state: 'delivered-unknown', words: 'The connection was lost.', messageId: 7 },
    },
    'mail-uncertain',
  ],
  [
    56,
    'silence past the usual time',
    { row: asked(60, { state: 'action-needed', state_since: ago(12) }) },
    'follow-up',
  ],
  [
    57,
    'silence after the reminder',
    {
      row: at('proofpoint', asked(400, { state: 'action-needed' })),
      sent: [sent('first', 600), sent('followup-silence', 400)],
    },
    'other-route',
  ],
  [
    57.5,
    'silence after the reminder, and no other way',
    {
      row: at('t-online', asked(400, { state: 'action-needed' })),
      sent: [sent('first', 600), sent('followup-silence', 400)],
    },
    'stopped',
  ],
  [
    58,
    'blocked again within 90 days',
    { earlier: { number: 12, endedAt: ago(24 * 40) }, earlierEnds: [ago(24 * 40)] },
    'relapse',
  ],
  [
    59,
    'the third relapse in a year',
    {
      earlier: { number: 12, endedAt: ago(24 * 40) },
      earlierEnds: [ago(24 * 40), ago(24 * 90), ago(24 * 200)],
    },
    'no-cure-by-letters',
  ],
  [
    60,
    'the draft rests on old evidence',
    { draft: true, draftStates: ['snds-green'], claims: { 'snds-green': 'stale' } },
    'check-again',
  ],
  [
    61,
    'red in SNDS, yet few complaints',
    { claims: { 'snds-green': 'contradicted', 'complaint-rate-low': 'supported' } },
    'claims-clash',
  ],
  [
    62,
    'one dirty address in a range',
    { addresses: ['203.0.113.7', '203.0.113.8'], claims: { 'range-clean': 'contradicted' } },
    'split-range',
  ],
  [
    62.5,
    'what was asked anew and lifted takes its time, whatever flowed before that',
    {
      row: at('yahoo', answered('mitigated', 2, { last_rejection_at: ago(1), relapses: 1 })),
      blockedAgain: { at: ago(100), flowed: true },
      sent: [sent('first', 26)],
    },
    'wait-for-effect',
  ],
  [
    62.7,
    'refused again two hours after mail was seen to flow',
    {
      row: at('yahoo', answered('mitigated', 20, { state: 'open', last_rejection_at: ago(1), relapses: 1 })),
      blockedAgain: { at: ago(1), flowed: true },
    },
    'came-back',
  ],
  [63, 'five cases in one network', { casesNearby: 5 }, 'merge-cases'],
  [
    63.5,
    'five cases in one network, some of them one by now',
    { casesNearby: 5, addresses: ['203.0.113.7', '203.0.113.8'] },
    'ask-for-range',
  ],
  [
    64,
    'hardly any mail is refused',
    { ...list('nordspam', 'bl'), deliveries: { acceptedAt: null, refused: 1, all: 5000 } },
    'no-action',
  ],
  [
    65,
    'mail flows, and somebody there helped',
    { row: at('t-online', answered('mitigated', 30, { state: 'recovered', recovered_at: ago(2) })) },
    'thank',
  ],
  [
    66,
    'solved without any answer',
    { row: asked(400, { state: 'recovered', recovered_at: ago(340) }) },
    'lifted-silently',
  ],
  [
    70,
    'Microsoft only slows down, and sees no block',
    {
      ...deferred,
      row: answered('not-blocked', 5, { last_rejection_at: ago(1) }),
      rule: 'outlook-com/rate-limited-reputation',
    },
    'limits-only',
  ],
  [
    71,
    'Microsoft defers for its rating since this morning',
    { ...deferred, rule: 'outlook-com/rate-limited-reputation' },
    'slow-down',
  ],
  [
    72,
    'Yahoo says that it defers, and means for good',
    { ...deferred, row: at('yahoo'), rule: 'yahoo/permanently-deferred' },
    'find-cause',
  ],
  [
    73,
    'the sender’s domain is not in the DNS',
    { ...deferred, row: at('yahoo', { reason: 'policy' }), rule: 'yahoo/unresolvable-sender' },
    'repair',
  ],
  [
    74,
    'no reverse name, at a company whose recipient alone is asked',
    { row: at('rackspace', { reason: 'missing-ptr' }), rule: 'rackspace/no-ptr' },
    'repair',
  ],
  [
    75,
    'SPF was mended',
    {
      row: at('gmail', { reason: 'authentication', last_rejection_at: ago(3) }),
      rule: 'gmail/unauthenticated',
      ...cause('misconfiguration', 2),
    },
    'repaired',
  ],
  [
    76,
    'a limit answered with a 5xx reply',
    { row: at('tencent-qq', { reason: 'rate-limit' }), rule: 'tencent-qq/address-frequency' },
    'limit-ends',
  ],
  [
    77,
    'a list is to blame that the refusal does not name',
    {
      row: at('mimecast', { reason: 'listed-on-third-party-list' }),
      rule: 'mimecast/rbl',
      cited: { name: null, owner: null },
    },
    'which-list',
  ],
  [
    78,
    'the list that was to blame has let go',
    {
      row: at('orange-fr', { reason: 'listed-on-third-party-list' }),
      rule: 'orange-fr/cloudmark-102',
      cited: { name: 'Cloudmark CSI', owner: 'cloudmark' },
      upstream: { number: 9, state: 'recovered' },
    },
    'list-clear',
  ],
  [
    79,
    'the consumer list of Microsoft refuses at a company',
    { row: at('microsoft-365'), rule: 'microsoft-365/block-list-filter-agent' },
    'other-desk',
  ],
  [
    80,
    'Talos’ old name is cited',
    {
      row: at('talos', { reason: 'listed-on-third-party-list' }),
      rule: 'talos/sbrs',
      cited: { name: 'SenderBase (SBRS)', owner: 'talos' },
    },
    'first-request',
  ],
  [
    81,
    'the code tells of an open relay',
    { row: { reason: 'policy' }, rule: 'outlook-com/open-relay-sc-003' },
    'end-what-is-named',
  ],
  [
    82,
    'only the owner of the line is heard',
    { row: at('spectrum', { reason: 'policy' }), rule: 'spectrum/account' },
    'owner-acts',
  ],
  [83, 'CSS, where a machine removes', list('spamhaus', 'css'), 'self-service'],
  [84, 'PBL, where nobody is accused', list('spamhaus', 'pbl'), 'policy-list'],
  [85, 'Abusix, where nobody reads a text', list('abusix', 'listed'), 'self-service-click'],
  [
    86,
    'the recipient has the note since this morning',
    { row: at('mimecast', { reason: 'policy' }), rule: 'mimecast/blocked-senders', sent: [sent('note', 5)] },
    'passed-on',
  ],
  [
    87,
    'the recipient has had the note for four days',
    { row: at('mimecast', { reason: 'policy' }), rule: 'mimecast/blocked-senders', sent: [sent('note', 96)] },
    'ask-whether-done',
  ],
  [
    88,
    'the message was looked at, and nothing was found',
    { row: at('mail-ru', { reason: 'content' }), rule: 'mail-ru/spam', ...cause('not-found') },
    'first-request',
  ],
  [89, 'Yandex, since this morning', { row: at('yandex'), rule: 'yandex/spam-address' }, 'wait-a-day'],
  [
    90,
    'Gmail for days, and nobody looked at the spam rate',
    { ...deferred, row: at('gmail', { first_rejection_at: ago(60) }) },
    'eligible-first',
  ],
  [
    91,
    'Free should have let go by now',
    {
      row: at('free-fr', { first_rejection_at: ago(40), last_rejection_at: ago(31) }),
      rule: 'free-fr/too-many-spams',
      ...cause('compromised-account', 30),
    },
    'time-is-over',
  ],
  [
    92,
    'a machine that removes said nothing for a day',
    { ...list('spamhaus', 'css', asked(26, { state: 'action-needed', state_since: ago(2) })) },
    'look-there',
  ],
  [
    93,
    'Spamhaus’ confirmation is not answered',
    { ...list('spamhaus', 'css', asked(1, { follow_up_due_at: ago(-23) })) },
    'confirm-request',
  ],
  [
    94,
    'Cloudmark’s confirmation was answered',
    {
      row: at('cloudmark', asked(0.5, { first_answer_at: ago(1), last_answer_at: ago(1) })),
      sent: [sent('first', 2), sent('answer-info', 0.5)],
    },
    'wait',
  ],
  [
    95,
    'Barracuda’s form had no effect, and has no thread',
    { row: at('barracuda', asked(26, { state: 'action-needed', state_since: ago(2) })) },
    'second-desk',
  ],
  [
    96,
    'Barracuda’s support was silent as well',
    {
      row: at('barracuda', asked(26, { round: 2, state: 'action-needed', state_since: ago(2) })),
      sent: [sent('first', 60), sent('escalation', 26)],
    },
    'other-route-recipient',
  ],
  [97, 'Barracuda said no', { row: at('barracuda', answered('denied', 3)) }, 'cool-down'],
  [
    98,
    'Barracuda said no, days ago',
    { row: at('barracuda', answered('denied', 80)) },
    'other-desk-after-no',
  ],
  [
    99,
    'the second no, where nobody else is known',
    { row: at('cox', answered('denied', 3, { round: 2 })) },
    'no-way-left',
  ],
  [100, 'Talos said no', { row: at('talos', answered('denied', 3)) }, 'hand-over-recipient'],
  [
    101,
    'Comcast is silent, also after the reminder',
    {
      row: at('comcast', asked(80, { state: 'action-needed' })),
      sent: [sent('first', 160), sent('followup-silence', 80)],
    },
    'other-route-owner',
  ],
  [
    102,
    'Apple is silent, also after the reminder',
    {
      row: at('icloud', asked(130, { state: 'action-needed' })),
      sent: [sent('first', 260), sent('followup-silence', 130)],
    },
    'other-route-list',
  ],
  [
    103,
    'a machine lifted it at the first request',
    { row: answered('mitigated', 30, { state: 'recovered', recovered_at: ago(2) }) },
    'watch',
  ],
  [104, 'PSBL’s page was used, which never answers', list('psbl', 'listed', asked(1)), 'see-removed'],
  [
    105,
    'no, eleven days ago, and nothing new is known',
    { row: answered('denied', 264), sent: [sent('first', 288)] },
    'hand-over-idle',
  ],
  [
    106,
    'SBL by a look-up, and the owner of the network has the letter',
    {
      ...list('spamhaus', 'zen'),
      listRows: [LISTED('zen.spamhaus.org', 'listed; SBL: a source of spam (127.0.0.2)')],
      sent: [sent('hand-over', 5)],
    },
    'passed-on',
  ],
  [
    107,
    'SPF was mended, and mail is refused since',
    {
      row: at('gmail', { reason: 'authentication', last_rejection_at: ago(1) }),
      rule: 'gmail/unauthenticated',
      ...cause('misconfiguration', 2),
    },
    'not-repaired',
  ],
  [
    108,
    'the reverse name looks right, and mail is refused after that look',
    {
      row: at('gmail', { reason: 'missing-ptr', last_rejection_at: ago(1) }),
      rule: 'gmail/no-ptr',
      claims: { 'fcrdns-ok': 'supported' },
      seen: { 'fcrdns-ok': ago(3) },
    },
    'not-repaired',
  ],
  [
    109,
    'the message was changed, and is refused since',
    {
      row: at('mail-ru', { reason: 'content', last_rejection_at: ago(1) }),
      rule: 'mail-ru/spam',
      ...cause('misconfiguration', 5),
    },
    'not-repaired',
  ],
  [
    110,
    'the recipient had a note about the block before this one',
    {
      row: at('mimecast', { reason: 'policy', relapses: 1 }),
      rule: 'mimecast/blocked-senders',
      blockedAgain: { at: ago(4), flowed: true },
      sent: [sent('note', 50)],
    },
    'recipient-acts',
  ],
  [
    111,
    'the same, with a note since it came back',
    {
      row: at('mimecast', { reason: 'policy', relapses: 1 }),
      rule: 'mimecast/blocked-senders',
      blockedAgain: { at: ago(4), flowed: true },
      sent: [sent('note', 50), sent('note', 2)],
    },
    'passed-on',
  ],
  [
    112,
    'Aruba: five days after the recipient got the note',
    { row: at('aruba'), sent: [sent('note', 130)] },
    'other-route-by-hand',
  ],
  [
    113,
    'TIM refuses for days what the list has let go of',
    {
      row: at('tim-it', { reason: 'listed-on-third-party-list', first_rejection_at: ago(60) }),
      rule: 'tim-it/spamhaus',
      cited: { name: 'Spamhaus', owner: 'spamhaus' },
      listRows: [{ zone: 'zen.spamhaus.org', listed: false, words: 'not listed', seenAt: ago(2) }],
    },
    'owner-after-list',
  ],
  [
    114,
    'Outlook.com said no in an incident that was closed five days ago, and nothing has changed',
    { earlier: { number: 12, endedAt: ago(24 * 5), askedAt: ago(24 * 6) }, earlierEnds: [ago(24 * 5)] },
    'too-soon',
  ],
  [
    115,
    'the fourth no stands for over 14 days, and its network’s owner did nothing',
    {
      row: answered('denied', 800, { round: 4, last_rejection_at: ago(1) }),
      sent: [sent('first', 1000), sent('hand-over', 780)],
    },
    'ask-anew',
  ],
  [
    116,
    'CSS was named, and a look since finds PBL alone',
    {
      ...list('spamhaus', 'css'),
      listRows: [
        {
          ...LISTED('zen.spamhaus.org', 'listed by policy, which accuses nobody; PBL: end users'),
          seenAt: ago(0.5),
        },
      ],
    },
    'policy-list',
  ],
  [
    118,
    'a block came back after weeks, and nobody has looked why',
    {
      row: at(
        'gmx',
        answered('mitigated', 900, {
          state: 'open',
          relapses: 1,
          mitigated_at: null,
          last_rejection_at: ago(1),
        }),
      ),
      blockedAgain: { at: ago(1), flowed: true },
      cause: { class: 'not-found', fixedAt: null, recordedAt: ago(950) },
    },
    'came-back',
  ],
  [
    119,
    'mail flowed after the list let go, and is refused again two days later',
    {
      ...list(
        'spamhaus',
        'css',
        answered('mitigated', 50, {
          state: 'open',
          relapses: 1,
          mitigated_at: null,
          last_rejection_at: ago(1),
        }),
      ),
      blockedAgain: { at: ago(1), flowed: true },
    },
    'came-back',
  ],
  [
    120,
    'the third listing within a week',
    {
      ...list(
        'spamhaus',
        'css',
        answered('mitigated', 50, {
          state: 'open',
          relapses: 2,
          mitigated_at: null,
          last_rejection_at: ago(1),
        }),
      ),
      blockedAgain: { at: ago(1), flowed: true },
    },
    'lock-removal',
  ],
  [
    121,
    'Yahoo defers again since this morning, a month after it let go',
    {
      ...deferred,
      row: at(
        'yahoo',
        answered('denied', 900, {
          state: 'open',
          relapses: 1,
          first_rejection_at: ago(1200),
          last_rejection_at: ago(1),
        }),
      ),
      blockedAgain: { at: ago(3), flowed: true },
    },
    'slow-down',
  ],
  [
    122,
    'a fault of the provider was the cause of the block before',
    {
      row: at(
        'gmx',
        answered('mitigated', 900, {
          state: 'open',
          relapses: 1,
          mitigated_at: null,
          last_rejection_at: ago(1),
        }),
      ),
      blockedAgain: { at: ago(1), flowed: true },
      cause: { class: 'provider-outage', fixedAt: null, recordedAt: ago(950) },
    },
    'came-back',
  ],
  [
    123,
    'Gmail got the form weeks ago, and mail is still refused',
    { row: at('gmail', asked(400, { last_rejection_at: ago(1) })), sent: [sent('first', 400)] },
    'no-effect',
  ],
  [
    124,
    'a machine was asked a day ago, and mail is refused since',
    {
      ...list('spamhaus', 'css', asked(26, { state: 'action-needed', last_rejection_at: ago(1) })),
      sent: [sent('first', 26)],
    },
    'still-there',
  ],
  [
    125,
    'a list that should have ended refuses on',
    { ...list('spamcop', 'listed', { last_rejection_at: ago(1) }), ...cause('complaint-spike', 40) },
    'not-over',
  ],
  [
    126,
    'Mimecast: five days after the recipient got the note there is the sender’s form',
    { row: at('mimecast'), rule: 'mimecast/poor-reputation', sent: [sent('note', 130)] },
    'other-route-by-hand',
  ],
  [
    127,
    'the incident before was refused and closed a month ago',
    { earlier: { number: 12, endedAt: ago(700), askedAt: ago(720) }, earlierEnds: [] },
    'enrol-and-write',
  ],
  [
    128,
    'Comcast said no this morning',
    { row: at('comcast', answered('denied', 2, { last_rejection_at: ago(1) })), sent: [sent('first', 26)] },
    'cool-down',
  ],
  [
    129,
    'mail flows since this morning, and nobody ever answered',
    { row: asked(100, { state: 'recovered', recovered_at: ago(2) }) },
    'watch',
  ],
  [
    130,
    'the owner of a range in the PBL was asked yesterday',
    { ...list('spamhaus', 'pbl', answered('denied', 30)), sent: [sent('hand-over', 24)] },
    'passed-on',
  ],
  [
    131,
    'TIM: nothing was refused since the look that found the list clear',
    {
      row: at('tim-it', {
        reason: 'listed-on-third-party-list',
        first_rejection_at: ago(60),
        last_rejection_at: ago(20),
      }),
      rule: 'tim-it/spamhaus',
      cited: { name: 'Spamhaus', owner: 'spamhaus' },
      listRows: [{ zone: 'zen.spamhaus.org', listed: false, words: 'not listed', seenAt: ago(2) }],
    },
    'list-clear',
  ],
  [
    132,
    'the same look at the reverse name once more, after mail was refused',
    {
      row: at('gmail', { reason: 'missing-ptr', last_rejection_at: ago(1) }),
      rule: 'gmail/no-ptr',
      claims: { 'fcrdns-ok': 'supported' },
      seen: { 'fcrdns-ok': ago(0.5) },
      namesRightSince: ago(3),
    },
    'not-repaired',
  ],
  [
    133,
    'a block that came back after two rounds, answered by the machine again',
    {
      row: at(
        'outlook-com',
        answered('mitigated', 30, { round: 3, relapses: 1, state: 'recovered', recovered_at: ago(2) }),
      ),
      sent: [sent('first', 900), sent('second-review', 850), sent('first', 54)],
      blockedAgain: { at: ago(60), flowed: true },
    },
    'watch',
  ],
  [
    134,
    'Yahoo had two tickets this month, in the incident before',
    {
      row: at('yahoo'),
      sentBefore: [sent('first', 500), sent('second-review', 300)],
      earlier: { number: 12, endedAt: ago(200) },
      earlierEnds: [ago(200)],
      ...cause('list-quality', 30),
    },
    'cool-down',
  ],
  [
    135,
    'one of them was two months ago',
    {
      row: at('yahoo'),
      sentBefore: [sent('first', 1400), sent('second-review', 300)],
      earlier: { number: 12, endedAt: ago(200) },
      earlierEnds: [ago(200)],
      ...cause('list-quality', 30),
    },
    'first-request',
  ],
  [
    136,
    'Gmail had the form a week ago, and a cause that came since has ended',
    {
      row: at('gmail'),
      sentBefore: [sent('first', 168)],
      claims: { 'complaint-rate-low': 'supported' },
      ...cause('list-quality', 30),
    },
    'first-request',
  ],
  [117, 'a list that only time ends, and nobody knows the cause', list('spamcop', 'listed'), 'no-letters'],
];

for (const [number, name, given, expected] of SITUATIONS)
  t.test(`${number}: ${name}`, async (t) => {
    const step = stepFor(given);
    t.equal(step.id, expected);
    t.ok(step.button, 'and it has a button');
  });

t.test(
  'every rule is offered in one of these situations, or in those that state, answer and time make',
  async (t) => {
    const offered = new Set(SITUATIONS.map(([, , , expected]) => expected));
    for (const point of pointsOf([
      'outlook-com',
      'microsoft-365',
      't-online',
      'gmail',
      'spamhaus',
      'mimecast',
    ])) {
      const { step } = judgePoint(point, CATALOGUE, NOW);
      for (const { id } of step ? [step, ...step.alternatives] : []) offered.add(id);
    }
    t.strictSame(
      RULES.map(({ id }) => id).filter((id) => !offered.has(id)),
      [],
      'rules of src/next-step/rules.json that no situation leads to: give each a row of SITUATIONS',
    );
  },
);

t.test('a button leads to the letter for those whom its step names', async (t) => {
  const round = (given: Given) => stepFor(given).button?.round;
  t.equal(round(list('spamhaus', 'sbl')), 'hand-over');
  t.equal(
    round({ row: at('mimecast', { reason: 'policy' }), rule: 'mimecast/blocked-senders' }),
    'note',
    'to the administrator, not to customers',
  );
  t.equal(round({ row: at('gmx', { reason: 'listed-on-third-party-list' }), dead: true }), 'dead-list');
  for (const { id, button, also } of RULES)
    for (const one of [button, ...also])
      if (one.round) t.equal(isToDesk(one.round), one.elsewhere !== true, `${id}: ${one.round}`);
});

t.test('no second reminder, and no letter to the desk where somebody else asks', async (t) => {
  const offered = (given: Given) => {
    const step = stepFor(given);
    return [step.id, ...step.alternatives.map(({ id }) => id)];
  };
  const silent = asked(130, { state: 'action-needed' });
  t.notOk(
    offered({
      row: at('icloud', silent),
      sent: [sent('first', 260), sent('followup-silence', 130)],
    }).includes('follow-up'),
  );
  t.notOk(offered({ row: at('barracuda', silent) }).includes('follow-up'), 'its form again is one too many');
  const listRows = [LISTED('zen.spamhaus.org', 'listed; Spamhaus SBL (127.0.0.2)')];
  t.strictSame(
    offered({ ...list('spamhaus', 'zen'), listRows }).filter((id) => id !== 'sbl'),
    [],
    'SBL, by a look-up',
  );
  t.strictSame(
    offered({ row: at('gmail', answered('denied', 2)) }).filter((id) => /review|answer|follow/.test(id)),
    [],
    'Gmail reads its form alone',
  );
});

t.test('the reasons name what they rest on', async (t) => {
  t.match(
    stepFor({
      row: answered('conditionally-mitigated', 24),
      ...words('Limited for the next 3 days.', 'conditionally-mitigated', 24),
    }),
    {
      due: ago(24 - 72),
      why: /Limited for the next 3 days/,
    },
  );
  const denied = stepFor({
    row: answered('denied', 2),
    claims: { 'snds-green': 'supported', 'ip-controlled': 'unknown' },
    lastClaims: [
      { key: 'snds-green', text: 'SNDS shows green', stated: false },
      { key: 'compromise-fixed', text: 'A compromised account was found and closed', stated: false },
      { key: 'fcrdns-ok', text: 'Forward and reverse DNS match', stated: true },
    ],
  });
  t.match(denied.why, /can be told now: “SNDS shows green”\.$/, 'what the refused letter lacked');
  const unsure = stepFor({
    row: answered('denied', 2),
    claims: { 'ip-controlled': 'unknown', 'dkim-pass': 'stale' },
    lastClaims: [
      { key: 'ip-controlled', text: 'The address is ours to send from', stated: false },
      { key: 'dkim-pass', text: 'DKIM passes', stated: false },
    ],
  });
  t.match(
    unsure.why,
    /The last letter did not say “The address is ours to send from”, “DKIM passes”: nothing recent shows it\. Look under Evidence/,
    'and what nobody can say yet',
  );
  t.match(denied.due, ago(2 - 24));
  t.match(
    stepFor({ row: at('gmail', { reason: 'authentication' }), rule: 'gmail/unauthenticated' }).why,
    /^Set up SPF and DKIM for the domain\. /,
    'what is to be mended',
  );
  t.match(
    stepFor({ row: at('icloud', asked(130, { state: 'action-needed' })) }).why,
    /^iCloud Mail has not answered/,
    'a name keeps its small letter',
  );
  const again = stepFor({ row: at('somebody', asked(400, { state: 'open', last_rejection_at: ago(1) })) });
  t.match(again, { id: 'ask-again', why: 'Mail is refused, and no request is out.' });
  t.match(stepFor({ row: at('orange-fr', asked(400, { state: 'action-needed', round: 2 })) }), {
    id: 'stopped',
    why: /kept silent, also when asked again/,
  });
  t.equal(stepFor({ row: answered('refused-to-explain', 2) }).id, 'let-it-rest');
  t.match(stepFor({ ...cause('complaint-spike') }).why, /^A spike of complaints was found/);
});

t.test('a receipt of a mailbox that nobody reads is never answered', async (t) => {
  const late: Given = {
    row: asked(60, { state: 'action-needed', state_since: ago(12) }),
    ...words('Your request was received.', 'acknowledged', 59),
  };
  const step = stepFor(late);
  t.equal(step.id, 'follow-up-by-form');
  t.notOk(step.alternatives.some(({ id }) => id === 'follow-up'));
});

t.test('the provider’s own cool-down', async (t) => {
  const yahoo = stepFor({ row: at('yahoo', answered('denied', 24)) });
  t.match(yahoo, { id: 'cool-down', waits: true, due: ago(24 - 336) });
  t.equal(stepFor({ row: at('yahoo', answered('denied', 340)) }).id, 'second-review');
  t.equal(
    stepFor({ row: at('yahoo', answered('needs-information', 2)) }).id,
    'answer',
    'what they ask is answered at once',
  );
});
