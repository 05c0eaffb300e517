/** `Desk+tag@example.com` → `desk@example.com`: what stands after the plus is the owner's (RFC 5233). */
function withoutTag(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const plus = local.indexOf('+');
  return `${plus > 0 ? local.slice(0, plus) : local}${address.slice(at)}`;
}

/** Whether mail for a recipient is taken. `addresses` are in small letters; where there are none, `others` says. */
export function isTaken(recipient: string, addresses: string[], others: boolean): boolean {
  if (addresses.length === 0) return others;
  const small = recipient.toLowerCase();
  return addresses.includes(small) || addresses.includes(withoutTag(small));
}
