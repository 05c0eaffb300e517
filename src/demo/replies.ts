/** What providers say in the demonstration: their servers' refusals, and the answers of their desks. */

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

export type Answers = Partial<
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
