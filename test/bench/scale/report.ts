import type { Grown } from './growth.ts';
import type { Logged } from './logging.ts';
import type { PageFigures } from './pages.ts';
import { goal, title } from './table.ts';

/** Request Tracker 5.0.3 on two processors, 60,000 messages: its history page, and an incident over its API. */
const RT = { pagesPerSecond: 11.9, createMs: 109 };
const LISTS = ['/', '/incidents', '/addresses', '/providers', '/unfiled', '/complaints', '/reminders'];

const at = (figures: PageFigures[], route: string, connections: number) =>
  figures.find((one) => one.route === route && one.connections === connections);

export function judgePages(figures: PageFigures[]): void {
  title('Goals: pages at 10 connections');
  const page = at(figures, '/incidents/:number', 10);
  if (page) {
    goal('incident page, rate beside its floor', page.ours.rate / page.floor.rate, { least: 0.6 });
    goal('incident page, p99 beside that of its floor', page.ours.p99 / page.floor.p99, { most: 2 });
    goal('incident page, rate beside Request Tracker’s history page', page.ours.rate / RT.pagesPerSecond, {
      least: 100,
    });
  }
  for (const route of LISTS) {
    const list = at(figures, route, 10);
    if (list) goal(`${route}, p95 in ms`, list.ours.p95, { most: 50 });
  }
  const slowest = figures
    .filter(({ connections, route }) => connections === 10 && !LISTS.includes(route))
    .toSorted((a, b) => b.ours.p95 - a.ours.p95)
    .slice(0, 8);
  title('Slowest other pages at 10 connections, p95 in ms');
  for (const { route, ours } of slowest)
    process.stdout.write(`${route.padEnd(72)} ${ours.p95.toFixed(1).padStart(9)}\n`);
}

export function judgeGrowth(grown: Grown[]): void {
  title('Goals: ten times the data');
  const worst = grown.toSorted((a, b) => b.ratio - a.ratio);
  for (const { route, ratio } of worst.slice(0, 12))
    goal(`${route}, beside itself on a tenth`, ratio, { most: 1.3 });
  const kept = grown.filter(({ ratio }) => ratio <= 1.3).length;
  process.stdout.write(`${kept} of ${grown.length} keep to it\n`);
}

export function judgeLogging(figures: Logged[]): void {
  title('Goals: incidents logged over HTTP');
  for (const { connections, rate, requests, committed, p50, p95, p99, refused } of figures) {
    process.stdout.write(
      `${connections} connections: ${rate.toFixed(0)}/s, ${requests} answered, ${committed} committed, p50 ${p50.toFixed(1)} p95 ${p95.toFixed(1)} p99 ${p99.toFixed(1)} ms\n`,
    );
    for (const [status, count] of refused) process.stdout.write(`  ${count} answered ${status}\n`);
    goal('  committed of those answered', committed / requests, { least: 1 });
  }
  const best = Math.max(...figures.map(({ rate }) => rate));
  goal('incidents logged a second', best, { least: 300 });
  const alone = figures.find(({ connections }) => connections === 1);
  if (alone)
    goal('median of one after the other, beside Request Tracker’s', alone.p50 / RT.createMs, { most: 0.1 });
}

export const judgeMemory = (most: number): void => {
  title('Goals: memory of a process of ours on PostgreSQL, under load');
  goal('megabytes at most', most, { most: 250 });
};
