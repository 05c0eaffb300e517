import type { TestDesk } from '../desk.ts';

const own =
  (name: string) =>
  async ({ api }: TestDesk) => {
    await api('POST', '/providers', { name, kind: 'mailbox-provider', languages: ['en'] });
  };
const changed =
  (provider: string) =>
  async ({ api }: TestDesk) => {
    await api('PUT', `/providers/${provider}/facts`, { path: 'about', value: 'Ours.' });
    return { path: 'about' };
  };
const HELPS = 'worksWell/few-connections-until';

/** A submission of each form of the playbooks, by its route. */
export const PLAYBOOK_FORMS = {
  '/providers': {
    url: '/providers',
    fields: async () => ({
      name: 'Seaside Mail',
      kind: 'mailbox-provider',
      domains: 'seaside.example.net',
      way: 'email',
      address: 'desk@seaside.example.net',
    }),
  },
  '/providers/:key/edit': {
    url: '/providers/own-harbour-mail/edit',
    fields: async (desk: TestDesk) => {
      await own('Harbour Mail')(desk);
      return { name: 'Harbour Mail', kind: 'mailbox-provider', hosts: '*.mx.harbour.example.net' };
    },
  },
  '/providers/:key/removal': {
    url: '/providers/own-spare-mail/removal',
    fields: async (desk: TestDesk) => {
      await own('Spare Mail')(desk);
      return {};
    },
  },
  '/providers/:key/facts': {
    url: '/providers/gmail/facts',
    fields: async () => ({ path: 'timing', effectiveWithin: '400', workingDays: 'false', note: 'Slow.' }),
  },
  '/providers/:key/facts/removal': {
    url: '/providers/libero-it/facts/removal',
    fields: async ({ api }: TestDesk) => {
      await api('DELETE', `/providers/libero-it/facts?path=${HELPS}`);
      return { path: HELPS };
    },
  },
  '/providers/:key/facts/keeping': { url: '/providers/t-online/facts/keeping', fields: changed('t-online') },
  '/providers/:key/facts/reset': { url: '/providers/icloud/facts/reset', fields: changed('icloud') },
  '/providers/:key/notes': {
    url: '/providers/gmail/notes',
    fields: async () => ({ text: 'Nobody answers on Mondays.' }),
  },
  '/providers/:key/notes/:id/removal': {
    url: '/providers/gmail/notes/1/removal',
    fields: async ({ api }: TestDesk) => {
      await api('POST', '/providers/gmail/notes', { text: 'A note.' });
      return {};
    },
  },
};
