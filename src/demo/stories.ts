/** The made-up incidents of the demonstration: who blocks what, when, and how it goes. All names and addresses are reserved for documentation. */

export const PEOPLE = [
  { name: 'Mara Lindqvist', email: 'mara@harbour.example.com', role: 'admin' },
  { name: 'Jonas Weber', email: 'jonas@harbour.example.com', role: 'operator' },
  { name: 'Ines Duarte', email: 'ines@harbour.example.com', role: 'viewer' },
] as const;

export const ADDRESSES = [
  {
    text: '203.0.113.4',
    hostname: 'web-1.harbour.example.com',
    label: 'web-1',
    purpose: 'web forms of 40 small shops',
  },
  {
    text: '203.0.113.7',
    hostname: 'web-3.harbour.example.com',
    label: 'web-3',
    purpose: 'orders and password resets of two shops',
  },
  {
    text: '192.0.2.80',
    hostname: 'app-1.harbour.example.com',
    label: 'app-1',
    purpose: 'Kestrel Tickets, dedicated',
  },
  { text: '192.0.2.81', hostname: 'app-2.harbour.example.com', label: 'app-2', purpose: 'booking reminders' },
  {
    text: '198.51.100.24',
    hostname: 'mx-out-1.harbour.example.com',
    label: 'mx-out-1',
    purpose: 'customers’ mailboxes, first relay',
  },
  {
    text: '198.51.100.25',
    hostname: 'mx-out-2.harbour.example.com',
    label: 'mx-out-2',
    purpose: 'customers’ mailboxes, second relay',
  },
  {
    text: '2001:db8:20::25',
    hostname: 'mx-out-1.harbour.example.com',
    label: 'mx-out-1, IPv6',
    purpose: 'customers’ mailboxes over IPv6',
  },
] as const;

type Refusal = { host: string; to: string; text: string };
/** What each provider's server says; `{ip}` is the refused address. */
export const REFUSALS: Record<string, Refusal[]> = {
  'outlook-com': [
    {
      host: 'hotmail-com.olc.protection.outlook.com',
      to: 'p.hansen@hotmail.com',
      text: "550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). [DB5EUR02FT011.eop-EUR02.prod.protection.outlook.com]",
    },
    {
      host: 'outlook-com.olc.protection.outlook.com',
      to: 'mia.r@outlook.com',
      text: "550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140). [AM6EUR05FT044.eop-eur05.prod.protection.outlook.com]",
    },
  ],
  'microsoft-365': [
    {
      host: 'kontor-example.mail.protection.outlook.com',
      to: 'buero@kontor.example.net',
      text: '550 5.7.606 Access denied, banned sending IP [{ip}]. To request removal from this list please visit https://sender.office.com/ and follow the directions. (AS16012609)',
    },
  ],
  gmail: [
    {
      host: 'gmail-smtp-in.l.google.com',
      to: 'tom.berger@gmail.com',
      text: '421 4.7.28 [{ip} 15] Our system has detected an unusual rate of unsolicited mail originating from your IP address. To protect our users from spam, mail sent from your IP address has been temporarily rate limited. - gsmtp',
    },
  ],
  yahoo: [
    {
      host: 'mta5.am0.yahoodns.net',
      to: 'lena.k@yahoo.com',
      text: '421 4.7.0 [TSS04] Messages from {ip} temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes',
    },
  ],
  icloud: [
    {
      host: 'mx01.mail.icloud.com',
      to: 'nora@icloud.com',
      text: '550 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137',
    },
  ],
  't-online': [
    {
      host: 'mx00.t-online.de',
      to: 'familie.kurz@t-online.de',
      text: '554 IP={ip} - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.t-online.de for reset. (NOWL)',
    },
  ],
  gmx: [
    {
      host: 'mx00.gmx.net',
      to: 'ulf@gmx.de',
      text: '554-gmx.net (mxgmx116) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is block listed. 554 For explanation visit https://postmaster.gmx.net/en/error-messages?ip={ip}&c=bl',
    },
  ],
  'orange-fr': [
    {
      host: 'smtp-in.orange.fr',
      to: 'c.moreau@orange.fr',
      text: '550 opmta1mti37nd1 smtp.orange.fr Service refuse. Service refused. OFR006_103 - please visit: https://postmaster.orange.fr/ [103]',
    },
  ],
  comcast: [
    {
      host: 'mx1.comcast.net',
      to: 'dave@comcast.net',
      text: '554 resimta-po-1v.sys.comcast.net comcast {ip} Comcast block for spam. Please see http://postmaster.comcast.net/smtp-error-codes.php#BL000000',
    },
  ],
  proofpoint: [
    {
      host: 'mx1.verlag.pphosted.com',
      to: 'redaktion@verlag.example.org',
      text: '554 Blocked - see https://ipcheck.proofpoint.com/?ip={ip}',
    },
  ],
  barracuda: [
    {
      host: 'd123.ess.barracudanetworks.com',
      to: 'kanzlei@recht.example.net',
      text: '554 Service unavailable; Client host [mx.example.com] blocked using Barracuda Reputation; http://www.barracudanetworks.com/reputation/?r=1&ip={ip}',
    },
  ],
  spamhaus: [
    {
      host: 'mx.stadtwerk.example.org',
      to: 'info@stadtwerk.example.org',
      text: '554 5.7.1 Service unavailable; Client host [{ip}] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/{ip}',
    },
  ],
  spamcop: [
    {
      host: 'mx.werft.example.net',
      to: 'einkauf@werft.example.net',
      text: '554 5.7.1 Service unavailable; Client host [{ip}] blocked using bl.spamcop.net; Blocked - see https://www.spamcop.net/bl.shtml?{ip}',
    },
  ],
};

type Answers = Partial<
  Record<'ack' | 'denied' | 'mitigated' | 'conditional' | 'info' | 'no-reason' | 'clear', string>
>;
/** What the desks answer, in words of our own. `{ip}`, `{ref}`. */
export const ANSWERS: Record<string, { from: string; reference: string; replies: Answers }> = {
  'outlook-com': {
    from: 'Outlook.com Deliverability Support',
    reference: 'SRX15230{n}ID',
    replies: {
      ack: 'Hello,\n\nWe have received your request {ref} and will look into it. You will hear from us within a day.\n\nOutlook.com Deliverability Support',
      denied:
        'Hello,\n\nWe have looked into {ip}, and it does not qualify for mitigation at this time. Please follow the policies for sending to Outlook.com, and consider SNDS and JMRP.\n\nOutlook.com Deliverability Support',
      mitigated:
        'Hello,\n\nMy name is Priya. Our system had flagged recent traffic from {ip} as suspicious. I have reviewed it and implemented mitigation. It can take 24 to 48 hours until all our servers know.\n\nMicrosoft Customer Support',
      conditional:
        'Hello,\n\nWe have implemented a conditional mitigation for {ip}: mail is accepted again, with a low limit per day until the address has built a record.\n\nOutlook.com Deliverability Support',
      'no-reason':
        'Hello,\n\nI am afraid that we are not at liberty to discuss the nature of the block.\n\nMicrosoft Customer Support',
    },
  },
  'microsoft-365': {
    from: 'Microsoft 365 delist portal',
    reference: '70989{n}',
    replies: {
      mitigated:
        'Your address {ip} has been removed from the block list. It can take up to 24 hours to take effect.',
    },
  },
  gmail: { from: 'Google', reference: '', replies: {} },
  yahoo: {
    from: 'Yahoo Sender Support',
    reference: 'YHS-{n}',
    replies: {
      ack: 'We have received your request and will review it.',
      denied:
        'We have reviewed {ip}. Based on recent complaints the restriction remains. Please improve your practices and come back in two weeks.',
      mitigated:
        'Thank you for the details. We have adjusted the reputation of {ip}; the deferrals should clear within two days.',
    },
  },
  icloud: {
    from: 'icloudadmin@apple.com',
    reference: '',
    replies: {
      mitigated:
        'Hello, we have made a change on our side, and mail from {ip} should be accepted now. Please write again if it is not.',
    },
  },
  't-online': {
    from: 'tobr@rx.t-online.de',
    reference: '',
    replies: {
      info: 'Guten Tag,\n\nunter dem Namen des Mailservers finden wir kein Impressum mit einem direkten Kontakt. Bitte ergänzen Sie das und antworten Sie dann auf diese Mail.\n\nMit freundlichen Grüßen\nT-Online Postmaster',
      mitigated:
        'Guten Tag,\n\nwir haben die Reputation von {ip} zurückgesetzt. Die Änderung ist in spätestens 24 Stunden überall wirksam.\n\nMit freundlichen Grüßen\nT-Online Postmaster',
    },
  },
  gmx: {
    from: 'postmaster@gmx.net',
    reference: '',
    replies: {
      mitigated:
        'Guten Tag,\n\ndie Sperre von {ip} wurde aufgehoben.\n\nMit freundlichen Grüßen\nGMX Postmaster',
      denied:
        'Guten Tag,\n\ndie Sperre von {ip} bleibt bestehen, da wir weiterhin Auffälligkeiten sehen.\n\nMit freundlichen Grüßen\nGMX Postmaster',
    },
  },
  'orange-fr': {
    from: 'abuse@orange.fr',
    reference: '',
    replies: { mitigated: 'Bonjour,\n\nL’adresse {ip} a été débloquée.\n\nCordialement,\nAbuse Orange' },
  },
  comcast: {
    from: 'Comcast block removal',
    reference: '',
    replies: { mitigated: 'The block of {ip} has been removed.' },
  },
  proofpoint: {
    from: 'delist-request@proofpoint.com',
    reference: '',
    replies: {
      clear: '{ip} is not currently blocked by our reputation service.',
      mitigated: 'The address {ip} has been removed from our block list.',
    },
  },
  barracuda: {
    from: 'Barracuda Central',
    reference: 'BBR2{n}',
    replies: {
      ack: 'Your removal request for {ip} was received. Confirmation number {ref}.',
      mitigated: 'The address {ip} was removed from the Barracuda Reputation Block List.',
    },
  },
  spamhaus: {
    from: 'Spamhaus removals',
    reference: 'ST17{n}',
    replies: {
      ack: 'Your request concerning {ip} was received as {ref}.',
      mitigated: '{ip} has been removed from the list. Please allow an hour for it to spread.',
    },
  },
  spamcop: { from: 'SpamCop', reference: '', replies: {} },
};

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
