import type { Profile } from '../profile/profile.ts';

/** Whose desk the demonstration is. All names and addresses are reserved for documentation. */

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

export const PROFILE: Profile = {
  name: 'Harbour Hosting',
  website: 'https://harbour.example.com',
  contactName: 'Jonas Weber',
  contactEmail: 'postmaster@harbour.example.com',
  contactPhone: '+49 40 5550100',
  postalAddress: 'Kai 4, 20457 Hamburg',
  replyAddress: 'postmaster@harbour.example.com',
  abuseAddress: 'abuse@harbour.example.com',
  sendingDomains: ['harbour.example.com', 'tickets.kestrel.example.com', 'tulpe.example.com'],
  mailKinds: 'order confirmations, tickets and password resets',
  dailyVolume: 'about 2,300',
  optIn: 'Mail goes to people who have just ordered or asked; there are no lists.',
  jmrpSince: '2019-04-02',
  sndsSince: '2019-04-02',
  programmes: [],
  dkimSelectors: ['mail2024'],
};
