import t from 'tap';
import { onlyBlock, parse } from './parsing.fixture.ts';

const TSS09 =
  '553 5.7.2 [TSS09] All messages from 192.0.2.10 will be permanently deferred; Retrying will NOT succeed.';
const CS01 = '550 5.7.1 [CS01] Message rejected due to local policy.';
const AT = '2026-01-09T08:00:00.000Z';
const EPOCH = 1767945600;

t.test('Amazon SES, plain and wrapped by SNS, one rejection per recipient', (t) => {
  const bounced = (address: string) => ({
    emailAddress: address,
    action: 'failed',
    status: '5.7.2',
    diagnosticCode: `smtp; ${TSS09}`,
  });
  const event = {
    notificationType: 'Bounce',
    bounce: {
      bounceType: 'Permanent',
      bouncedRecipients: [bounced('a@yahoo.com'), bounced('b@aol.com')],
      timestamp: AT,
      remoteMtaIp: '203.0.113.2',
    },
    mail: { source: 's@example.com', sourceIp: '10.0.0.1', destination: ['a@yahoo.com', 'b@aol.com'] },
  };
  for (const input of [
    JSON.stringify(event),
    JSON.stringify({ Type: 'Notification', Message: JSON.stringify(event) }),
    JSON.stringify(event, null, 2),
  ]) {
    t.match(parse(input).rejections, [
      { provider: 'yahoo', recipient: 'a@yahoo.com', ip: '192.0.2.10', blockCode: 'TSS09', at: AT },
      { provider: 'yahoo', recipient: 'b@aol.com' },
    ]);
  }
  t.end();
});

t.test('SendGrid: a list, the sending address in its own field', (t) => {
  const events = [
    { email: 'x@example.com', event: 'delivered', response: '250 OK', timestamp: EPOCH, ip: '192.0.2.88' },
    {
      email: 'a@me.com',
      event: 'bounce',
      type: 'blocked',
      reason: CS01,
      status: '5.7.1',
      ip: '192.0.2.88',
      timestamp: EPOCH,
    },
  ];
  t.match(onlyBlock(JSON.stringify(events)), {
    provider: 'icloud',
    recipient: 'a@me.com',
    ip: '192.0.2.88',
    blockCode: 'CS01',
    at: AT,
  });
  t.match(onlyBlock(events.map((event) => JSON.stringify(event)).join('\n')), { line: 2, ip: '192.0.2.88' });
  t.end();
});

t.test('Mailgun keeps the code apart from the text', (t) => {
  const event = {
    signature: { token: 'x' },
    'event-data': {
      event: 'failed',
      recipient: 'a@yahoo.com',
      timestamp: EPOCH,
      envelope: { 'sending-ip': '192.0.2.57', sender: 's@example.com' },
      'delivery-status': {
        code: 553,
        message: TSS09.slice(4),
        'enhanced-code': '5.7.2',
        'mx-host': 'mta5.am0.yahoodns.net',
      },
      message: { headers: { to: 'a@yahoo.com', subject: '550 offers' } },
    },
  };
  t.match(onlyBlock(JSON.stringify(event)), {
    replyCode: '553',
    enhancedCode: '5.7.2',
    ip: '192.0.2.10',
    mx: 'mta5.am0.yahoodns.net',
    at: AT,
  });
  t.end();
});

t.test('Postmark, SparkPost, Mandrill', (t) => {
  t.match(
    onlyBlock(
      JSON.stringify({
        RecordType: 'Bounce',
        Details: `smtp;${CS01}`,
        Email: 'a@me.com',
        From: 's@example.com',
        BouncedAt: '2026-01-09T08:00:00.1234567Z',
        Description: 'Blocked from this ISP',
      }),
    ),
    { recipient: 'a@me.com', replyCode: '550', blockCode: 'CS01' },
  );
  t.match(
    onlyBlock(
      JSON.stringify([
        {
          msys: {
            message_event: {
              type: 'bounce',
              raw_reason: CS01,
              reason: CS01,
              rcpt_to: 'a@me.com',
              sending_ip: '192.0.2.7',
              ip_address: '203.0.113.9',
              timestamp: String(EPOCH),
            },
          },
        },
      ]),
    ),
    { ip: '192.0.2.7', at: AT },
  );
  t.match(
    onlyBlock(
      JSON.stringify([
        {
          event: 'hard_bounce',
          msg: { email: 'a@me.com', diag: `smtp;${CS01}`, ts: EPOCH, sender: 's@example.com' },
        },
      ]),
    ),
    { recipient: 'a@me.com' },
  );
  t.end();
});

t.test('KumoMTA: code, enhanced code and text apart; addresses with ports', (t) => {
  const record = {
    type: 'Bounce',
    sender: 's@example.com',
    recipient: 'a@example.org',
    response: {
      code: 554,
      enhanced_code: { class: 5, subject: 7, detail: 0 },
      content: 'your IP has bad reputation',
    },
    peer_address: { name: 'mx.example.org.', addr: '203.0.113.9' },
    source_address: { address: '192.0.2.62:56391' },
    timestamp: EPOCH,
    headers: { Subject: 'x' },
  };
  t.match(onlyBlock(JSON.stringify(record)), {
    replyCode: '554',
    enhancedCode: '5.7.0',
    ip: '192.0.2.62',
    mx: 'mx.example.org',
    recipient: 'a@example.org',
    at: AT,
    reason: 'ip-reputation',
  });
  t.match(onlyBlock(JSON.stringify({ ...record, source_address: { address: '[2001:db8::5]:2525' } })), {
    ip: '2001:db8::5',
  });
  t.same(
    parse(JSON.stringify({ ...record, type: 'Delivery', response: { code: 250, content: 'OK' } })).rejections,
    [],
  );
  t.end();
});

t.test('KumoMTA: recipients in a list; what the operator or the clock ended is no refusal', (t) => {
  const record = {
    type: 'TransientFailure',
    recipient: ['a@example.org'],
    response: { code: 554, enhanced_code: null, content: '(DYN:T1)' },
    event_time: '2026-01-09T08:00:00Z',
  };
  t.match(onlyBlock(JSON.stringify(record)), { recipient: 'a@example.org', blockCode: 'DYN:T1', at: AT });
  for (const type of ['AdminBounce', 'Expiration', 'Rejection'])
    t.same(parse(JSON.stringify({ ...record, type })).rejections, [], type);
  t.same(parse(JSON.stringify({ ...record, response: { code: 550, content: '' } })).rejections, []);
  t.end();
});

t.test('events inside the envelopes of queues and buses', (t) => {
  const event = {
    notificationType: 'Bounce',
    bounce: { bouncedRecipients: [{ emailAddress: 'a@yahoo.com', diagnosticCode: `smtp; ${TSS09}` }] },
  };
  const notification = { Type: 'Notification', Message: JSON.stringify(event) };
  for (const input of [
    { Records: [{ body: JSON.stringify(notification) }] },
    { Records: [{ EventSource: 'aws:sns', Sns: notification }] },
    { 'detail-type': 'Email Bounced', detail: event },
  ])
    t.match(onlyBlock(JSON.stringify(input)), { recipient: 'a@yahoo.com', blockCode: 'TSS09' });
  t.end();
});

t.test('a Postfix queue as JSON', (t) => {
  const queue = {
    queue_name: 'deferred',
    queue_id: 'A1',
    sender: 's@example.com',
    recipients: [
      {
        address: 'a@example.net',
        delay_reason: `host mx.example.net[203.0.113.9] refused to talk to me: ${TSS09}`,
      },
    ],
  };
  t.match(onlyBlock(JSON.stringify(queue)), { recipient: 'a@example.net', mx: 'mx.example.net' });
  t.end();
});

t.test('complaints and openings are no rejections', (t) => {
  t.same(
    parse(
      JSON.stringify({
        notificationType: 'Complaint',
        complaint: { complainedRecipients: [{ emailAddress: 'a@example.com' }] },
      }),
    ).rejections,
    [],
  );
  t.same(parse(JSON.stringify([{ event: 'open', email: 'a@example.com', reason: '550 no' }])).rejections, []);
  t.end();
});

t.test('broken JSON is read as text', (t) => {
  t.match(onlyBlock(`{"email": "a@me.com", "reason": "${CS01}", `), { provider: 'icloud', replyCode: '550' });
  t.end();
});

t.test('further platforms: the reply and its code in fields of other names', (t) => {
  const words = '5.7.1 Client host [192.0.2.10] has a poor reputation';
  const events = [
    {
      type: 'email_dropped',
      email_to: 'a@example.net',
      email_response_code: 550,
      email_response_message: words,
    },
    { event: 'bounce', email: 'a@example.net', response_code: 550, response: words },
    {
      event: 'MessageDeliveryFailed',
      payload: { details: 'Permanent SMTP delivery error', output: `550 ${words}` },
    },
    { action: 'failed', recipient: 'a@example.net', response: { source: 'smtp', message: `550 ${words}` } },
    { email: 'a@example.net', delivery_info: { destination_response: `550 ${words}` } },
    { bounced_recipient: 'a@example.net', diagnostic_message: `smtp; 550 ${words}` },
  ];
  for (const event of events)
    t.match(
      onlyBlock(JSON.stringify(event)),
      { replyCode: '550', enhancedCode: '5.7.1', ip: '192.0.2.10', reason: 'ip-reputation' },
      JSON.stringify(event),
    );
  t.end();
});

t.test('what a web server, a job or a text message answered is no refusal of mail', (t) => {
  for (const event of [
    { responseCode: 403, statusMessage: 'Forbidden: your IP is blocked by the firewall', ip: '203.0.113.9' },
    { output: '550 items were blocked by the spam filter', job: 'cleanup' },
    { event: 'login', responseCode: 429, failureReason: 'too many requests, address blocked' },
    { url: 'https://shop.example/api', responseCode: 503, statusMessage: 'Service unavailable, rate limit' },
    { type: 'sms', to: '+491701234567', replyCode: 550, failureReason: 'number is blocked for spam' },
  ]) {
    const { rejections, notBlocks } = parse(JSON.stringify(event));
    t.same([...rejections, ...notBlocks], [], JSON.stringify(event));
  }
  t.match(
    onlyBlock(
      JSON.stringify({
        event: 'bounce',
        to: 'a@example.net',
        replyCode: 550,
        failureReason: 'blocked for spam',
      }),
    ),
    { replyCode: '550' },
  );
  t.end();
});
