import type { TestDesk } from '../desk.ts';
import { MITIGATED, mail, take } from './mails.fixture.ts';

const plain = (fields: Record<string, string>) => async () => fields;

/** A submission of each form about mail that came in; `CAME0` and so on stand for messages. */
export const MAIL_IN_FORMS = {
  '/unfiled/:id/filing': { url: '/unfiled/CAME0/filing', fields: plain({ incident: '#2' }) },
  '/unfiled/:id/incident': {
    url: '/unfiled/CAME1/incident',
    fields: plain({ provider: 'gmail', addresses: '198.51.100.44', title: 'A new one' }),
  },
  '/unfiled/:id/putting-away': { url: '/unfiled/CAME2/putting-away', fields: plain({}) },
  '/unfiled/:id/bringing-back': { url: '/unfiled/CAME3/bringing-back', fields: plain({}) },
  '/incidents/:number/messages/:id/acceptance': {
    url: '/incidents/2/messages/CAME4/acceptance',
    fields: plain({}),
  },
  '/incidents/:number/messages/:id/filing': {
    url: '/incidents/2/messages/CAME5/filing',
    fields: plain({ incident: '1' }),
  },
  '/incidents/:number/messages/:id/incident': {
    url: '/incidents/2/messages/CAME6/incident',
    fields: plain({ provider: 'gmail', addresses: '198.51.100.45', title: 'Another one' }),
  },
};

/** Messages for those forms: unfiled ones, one that was put away, and unproven answers in incident 2. */
export async function mailsThatCame(desk: TestDesk): Promise<number[]> {
  const came: number[] = [];
  for (let n = 0; n < 7; n += 1) {
    const raw = await mail({
      from: 'somebody@example.net',
      subject: `Number ${n}`,
      text: `${n}. ${MITIGATED}`,
    });
    const { id } = await take(desk, raw);
    came.push(id);
    if (n === 3) await desk.api('POST', `/messages/${id}/putting-away`);
    else await desk.api('POST', `/messages/${id}/filing`, { incident: n > 3 ? 2 : null });
  }
  return came;
}
