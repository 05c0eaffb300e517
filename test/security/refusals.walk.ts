import type { Test } from 'tap';
import { cookiesOf, noInsides } from '../bad-input/bad-input.fixture.ts';
import { FORMS, urlOf } from '../bad-input/forms.fixture.ts';
import { givenAway } from './reads.walk.ts';
import type { WalkedDesk } from './walked-desk.fixture.ts';

/** Fields that hold a secret, wherever a form has them. */
const SECRET_FIELDS = ['password', 'current', 'token', 'secret', 'oauthClientSecret', 'dkimKey'];
const TYPED = 'typed-secret-8c30';

/** Forms whose `link` is an address with a key in it. */
const HAS_SECRET_LINK = /webhooks|snds\/feeds/;

/** A form with a secret in each field for one, and with nothing, or too much, in the others. */
function spoiled(route: string, sample: Record<string, string>): Record<string, string> {
  const isSecret = (name: string) =>
    SECRET_FIELDS.includes(name) || (name === 'link' && HAS_SECRET_LINK.test(route));
  return Object.fromEntries(
    Object.entries({ ...sample, ...Object.fromEntries(SECRET_FIELDS.map((name) => [name, ''])) }).map(
      ([name]) => [name, isSecret(name) ? `https://hooks.example.com/${TYPED}` : 'x'.repeat(300)],
    ),
  );
}

/** Sent after the session ended, and with faults in it: what was typed stays, but no secret. */
export async function noFormGivesAway(t: Test, walked: WalkedDesk): Promise<void> {
  const { app, admin, desk } = walked;
  const words = { ...walked.canaries, 'what was typed as a secret': TYPED };
  const told: string[] = [];
  let refusals = 0;
  for (const [route, form] of Object.entries(FORMS)) {
    const url = urlOf(form, walked);
    const fields = spoiled(route, await form.fields(desk));
    const send = (cookie: string) =>
      app.inject({
        method: 'POST',
        url,
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ ...fields, _csrf: admin.csrf }).toString(),
      });
    const withoutSession = cookiesOf(admin).replace(/dd_session=[^;]*/, 'dd_session=ended');
    for (const answer of [await send(cookiesOf(admin)), await send(withoutSession)]) {
      if (answer.statusCode >= 400) refusals += 1;
      if (answer.statusCode >= 500) told.push(`${route}: ${answer.statusCode}`);
      noInsides(t, answer.body, route);
      for (const what of givenAway(words, `${JSON.stringify(answer.headers)}\n${answer.body}`))
        told.push(`${route} ${answer.statusCode}: ${what}`);
    }
  }
  t.strictSame(told, []);
  t.ok(refusals > 150, `${refusals} refusals`);
}
