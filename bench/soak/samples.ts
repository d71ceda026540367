import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds at one time. */
export interface Sample {
  /** Since it began. */
  seconds: number;
  rssBytes: number;
  /** Of the main thread, after a collection, with its buffers. */
  heapBytes: number;
  /** Of this process, where the system tells; else 0. */
  descriptors: number;
  threads: number;
}

const entries = (folder: string): number => {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What lives in this thread: after a collection, with buffers. */
export function heapBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

export function sample(): Sample {
  const heap = heapBytes();
  const { rss } = process.memoryUsage();
  return {
    seconds: process.uptime(),
    rssBytes: rss,
    heapBytes: heap,
    descriptors: entries('/proc/self/fd'),
    threads: entries('/proc/self/task'),
  };
}

/** A value in the second third of a run, when all is warm, and in the last. */
export interface Trend {
  before: number;
  after: number;
}

/** Medians of both thirds. */
export function trend<S>(samples: readonly S[], of: (sample: S) => number): Trend {
  const third = Math.floor(samples.length / 3);
  const median = (from: number): number =>
    samples
      .slice(from, from + Math.max(third, 1))
      .map(of)
      .toSorted((a, b) => a - b)[third >> 1] ?? 0;
  return { before: median(third), after: median(samples.length - Math.max(third, 1)) };
}

const PARTS = 6;

/** Medians of as many parts of a run, to see whether growth goes on. */
export function course<S>(samples: readonly S[], of: (sample: S) => number): number[] {
  return Array.from({ length: PARTS }, (_, part) => {
    const from = Math.floor((samples.length * part) / PARTS);
    const values = samples.slice(from, Math.floor((samples.length * (part + 1)) / PARTS)).map(of);
    return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  });
}
