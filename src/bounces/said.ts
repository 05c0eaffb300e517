/**
 * One reply as found in the input, before it is known what it means. Whatever the input does not say is
 * null.
 */
export type Said = {
  line: number;
  /** The reply itself, unwrapped, from its code on; without a code, the words around. */
  text: string;
  /** At which point of the dialogue it was said. */
  phase: 'greeting' | 'sender' | null;
  recipient: string | null;
  /** Known even where the recipient is not. */
  recipientDomain: string | null;
  mx: string | null;
  /** The receiver's own address: never the blocked one. */
  mxIp: string | null;
  /** The sending address by the record's own field. */
  sourceIp: string | null;
  /** Other words of the same record, in which a sending address may be named. */
  around: string;
  at: string | null;
  atGuessed: boolean;
  /** True when a code or its dressing marks the text as a reply; else only telling words make it one. */
  marked: boolean;
  /** True when the input holds little else: then plain words are taken for a reply more readily. */
  alone: boolean;
  /** The first answer in a transcript of the dialogue: the cause of all that follows. */
  firstAnswer: boolean;
  /** Our own server refusing others. */
  inbound: boolean;
};

const NOTHING: Said = {
  line: 1,
  text: '',
  phase: null,
  recipient: null,
  recipientDomain: null,
  mx: null,
  mxIp: null,
  sourceIp: null,
  around: '',
  at: null,
  atGuessed: false,
  marked: true,
  alone: false,
  firstAnswer: false,
  inbound: false,
};

export const said = (known: Partial<Said>): Said => ({ ...NOTHING, ...known });

/** The part after the last `@`, in lower case. */
export function domainOf(address: string | null): string | null {
  if (address === null) return null;
  const domain = address
    .slice(address.lastIndexOf('@') + 1)
    .toLowerCase()
    .replace(/\.+$/, '');
  return address.includes('@') && domain !== '' ? domain : null;
}
