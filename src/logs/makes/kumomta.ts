import { readEvents } from '../../bounces/event-records.ts';
import { isRecord } from '../../bounces/flat-events.ts';
import { type Clock, epochStamp } from '../../bounces/stamps.ts';
import { codesAt } from '../codes.ts';
import { domainPart, type Sink } from '../delivery.ts';
import { isInside } from '../inside.ts';
import { minuteOf } from '../minutes.ts';
import { asOctets, decoded } from '../octets.ts';

const ANSWERED = new Set(['Bounce', 'TransientFailure']);

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const part = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined);
const withoutPort = (address: string): string =>
  address
    .replace(/^\[([\da-fA-F:.]{3,45})\](?::\d{1,5})?$/, '$1')
    .replace(/^((?:\d{1,3}\.){3}\d{1,3}):\d{1,5}$/, '$1');

function recipientDomains(recipient: unknown): string[] {
  const all = Array.isArray(recipient) ? recipient : [recipient];
  return all
    .map((each) => (typeof each === 'string' ? domainPart(each) : null))
    .filter((domain) => domain !== null);
}

/** Whether an object is one of KumoMTA's records of deliveries. */
export const isKumoRecord = (value: Record<string, unknown>): boolean =>
  isRecord(value['response']) && (value['type'] === 'Delivery' || ANSWERED.has(String(value['type'])));

/** One record of KumoMTA's delivery log. */
export function readKumo(
  value: Record<string, unknown>,
  line: string,
  clock: () => Clock,
  minute: (minute: string | null) => void,
  sink: Sink,
): void {
  const response = isRecord(value['response']) ? value['response'] : {};
  const hostIp = text(part(value['peer_address'], 'addr'));
  if (isInside(hostIp)) return;
  const at = value['timestamp'];
  const stamp = typeof at === 'number' ? epochStamp(at) : null;
  minute(stamp && minuteOf(stamp.at));
  const source = text(part(value['source_address'], 'address'));
  const known = {
    domains: recipientDomains(value['recipient']),
    host: text(part(value['peer_address'], 'name'))?.replace(/\.$/, '') ?? null,
    hostIp,
    source: source === null ? null : withoutPort(source),
    transport: text(value['egress_source']) ?? 'kumomta',
  };
  if (value['type'] === 'Delivery') {
    const enhanced = response['enhanced_code'];
    const digits = ['class', 'subject', 'detail'].map((name) => part(enhanced, name));
    const codes = `${response['code']} ${isRecord(enhanced) ? `${digits.join('.')} ` : ''}`;
    sink.accepted({ ...known, codes: codesAt(codes, 0) });
    return;
  }
  const code = `${response['code']} ${JSON.stringify(response['enhanced_code'])} `;
  const content = asOctets(text(response['content']) ?? '');
  sink.answered({
    ...known,
    reply: code + content.replace(/\s/g, ' '),
    read: (other) => {
      const said = { ...response, content: decoded(other.slice(code.length)) };
      return readEvents({ ...value, response: said }, 1, clock())[0] ?? null;
    },
    putOff: value['type'] === 'TransientFailure',
    lines: line,
  });
}
