import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Sample } from './samples.ts';

let delay: ReturnType<typeof monitorEventLoopDelay> | undefined;
/** The timer that measures fires this late when nothing is in its way, in nanoseconds. */
const RESOLUTION_NS = 20_000_000;

/** Measuring costs a timer: it begins with the server, not with a command. */
export const watchEventLoop = (): void => {
  delay ??= monitorEventLoopDelay({ resolution: RESOLUTION_NS / 1e6 });
  delay.enable();
};

const late = (nanoseconds: number) => Math.max(0, (nanoseconds || 0) - RESOLUTION_NS) / 1e9;

function openFiles(): Sample[] {
  try {
    return [{ metric: 'process_open_fds', value: readdirSync('/proc/self/fd').length }];
  } catch {
    // Only Linux tells.
    return [];
  }
}

/** Figures of this process. The event loop's are since the last call. */
export function processSamples(now = Date.now()): Sample[] {
  const cpu = process.cpuUsage();
  const loop: Sample[] = [
    ['0.5', delay?.percentile(50)] as const,
    ['0.99', delay?.percentile(99)] as const,
    ['1', delay?.max] as const,
  ].map(([quantile, value]) => ({
    metric: 'nodejs_eventloop_delay_seconds',
    labels: { quantile },
    value: delay?.count ? late(value ?? 0) : 0,
  }));
  delay?.reset();
  return [
    { metric: 'process_start_time_seconds', value: Math.round(now / 1000 - process.uptime()) },
    { metric: 'process_cpu_seconds_total', value: (cpu.user + cpu.system) / 1e6 },
    { metric: 'process_resident_memory_bytes', value: process.memoryUsage.rss() },
    ...openFiles(),
    { metric: 'nodejs_heap_used_bytes', value: process.memoryUsage().heapUsed },
    ...loop,
  ];
}
