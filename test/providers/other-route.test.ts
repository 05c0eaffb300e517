import t from 'tap';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { otherRouteOf, routeOfLetter } from '../../src/providers/other-route.ts';
import { routeFor } from '../../src/providers/playbook.ts';

const { byKey } = readCatalogue();

function by(key: string, rule: string, round: string): string | undefined {
  const provider = byKey.get(key);
  return provider && routeOfLetter(provider, routeFor(provider, rule), round)?.key;
}

t.test('a letter goes by the way that its step names', async (t) => {
  t.equal(by('barracuda', 'reputation', 'first'), 'removal-request');
  t.equal(by('barracuda', 'reputation', 'escalation'), 'support-ticket');
  t.equal(by('orange-fr', 'refused-103', 'escalation'), 'abuse-mail');
  t.equal(by('proofpoint', 'blocked-see-ipcheck', 'escalation'), 'delist-mail');
  t.equal(by('libero-it', 'other-code', 'first'), 'block-mail', 'the desk for blocks');
  t.equal(by('outlook-com', 'block-list', 'escalation'), 'support-form', 'there is no second desk');
  t.equal(by('microsoft-365', 'banned-sender-ip', 'first'), 'delist-mailbox');
});

t.test('what is written although there is nothing to ask goes where it is read', async (t) => {
  t.equal(by('spamcop', 'listed', 'first'), 'listing-error');
  t.equal(by('orange-fr', 'cloudmark-102', 'first'), 'postmaster-form', 'the list let go, and it goes on');
  t.equal(by('free-fr', 'too-many-spams', 'first'), 'wait', 'nobody reads there');
});

t.test('whom to turn to next goes by the rounds', async (t) => {
  const next = (key: string, round: number) => {
    const provider = byKey.get(key);
    return provider && otherRouteOf(provider, routeFor(provider, null), round)?.kind;
  };
  t.equal(next('proofpoint', 1), 'email');
  t.equal(next('proofpoint', 2), 'recipient');
  t.equal(next('barracuda', 1), 'portal');
  t.equal(next('barracuda', 2), 'recipient');
  t.equal(next('outlook-com', 4), 'network-owner');
  t.equal(next('icloud', 1), 'none', 'a list to look at');
  t.equal(next('t-online', 1), undefined);
  t.equal(next('tim-it', 0), 'network-owner', 'after two days the provider of the line asks');
  t.equal(next('aruba', 1), 'telephone');
});
