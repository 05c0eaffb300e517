import t from 'tap';
import { courseOf } from '../../src/playbooks/course.ts';
import { coursePicture, wrap } from '../../src/playbooks/course-picture.ts';
import { playbookFor } from '../../src/providers/cases.ts';
import { CATALOGUE } from '../desk.ts';
import { providerOf } from './playbooks.fixture.ts';

t.test('every playbook has a course, and a picture in which nothing runs out', async (t) => {
  for (const provider of CATALOGUE.providers) {
    const course = courseOf(provider);
    const picture = coursePicture(course);
    if (!picture) {
      t.fail(`${provider.key} has no picture`);
      continue;
    }
    const xs = picture.stations.map(({ x }) => x);
    t.strictSame(
      xs,
      xs.toSorted((a, b) => a - b),
      provider.key,
    );
    const drawn = [
      ...picture.stations.flatMap(({ lines }) => lines),
      ...(picture.branch?.nodes ?? []).flatMap(({ title, label }) => [...title, ...label]),
    ];
    t.ok(
      drawn.every(({ y }) => y < picture.height),
      `${provider.key}: height`,
    );
    // A letter takes some 6.6 px of a column of 640 px.
    const widest = Math.max(...picture.stations.flatMap(({ lines }) => lines.map(({ text }) => text.length)));
    t.ok(
      widest * 6.6 <= 640 / picture.stations.length + 40,
      `${provider.key}: ${widest} letters at ${picture.stations.length} stations`,
    );
  }
});

t.test('where nobody described the course, it follows from the usual way and the times', async (t) => {
  const { steps, stop, escalation, workedOut } = courseOf(providerOf('bt'));
  t.ok(workedOut);
  t.match(
    steps.map(({ kind, who }) => [kind, who]),
    [
      ['request', 'recipient'],
      ['first-answer', 'people'],
      ['review', 'people'],
      ['effect', 'robot'],
    ],
  );
  t.match({ stop, escalation }, { stop: null, escalation: [] });
  t.match(courseOf(providerOf('zoho')).stop, { rounds: 2 }, 'the cool-down says when to stop');
});

t.test('the lists of one operator differ', async (t) => {
  const of = (rule: string) => courseOf(playbookFor(providerOf('spamhaus'), rule));
  t.equal(of('sbl').stop?.rounds, 0, 'SBL: never write');
  t.equal(of('sbl').steps[0]?.who, 'network-owner');
  t.match(of('css').stop?.relistings, { count: 2, hours: 168, pause: 72 });
  t.equal(of('pbl').stop?.rounds, 1);
  t.equal(playbookFor(providerOf('spamhaus'), 'pbl').timing.followUpAfter, undefined);
});

t.test('words break between words', async (t) => {
  t.strictSame(wrap('one two three', 7), ['one two', 'three']);
  t.strictSame(wrap('unbreakable it is', 5), ['unbreakable', 'it is']);
});
