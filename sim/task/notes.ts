import { TaskKind } from './trace-kinds.ts';
import { ByteHash } from '../trace/byte-hash.ts';
import type { Scheduler } from './scheduler.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Notes kept of one run; later ones only go into the trace hash. */
export const NOTES_MAX = 100_000;

/** Something that the program said. */
export interface Note {
  readonly atNs: Nanos;
  /** `group/task` */
  readonly task: string;
  readonly text: string;
}

const hash = new ByteHash();

/** The diary of a run: for tests to compare and for people to read. */
export class Notes {
  readonly kept: Note[] = [];
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  add(text: string): void {
    const { kernel, trace, current } = this.#scheduler;
    const { group, serial } = current;
    trace.record(kernel.now, TaskKind.NOTED, group.index, serial, hashText(text), text.length, 0);
    if (this.kept.length < NOTES_MAX) this.kept.push({ atNs: kernel.now, task: current.label, text });
  }
}

function hashText(text: string): number {
  hash.start(0x243f6a88, 0x85a308d3, 0x13198a2e, text.length);
  for (let i = 0; i < text.length; i += 4)
    hash.words(unit(text, i), unit(text, i + 1), unit(text, i + 2), unit(text, i + 3));
  hash.finish();
  return hash.h0 >>> 0;
}

function unit(text: string, index: number): number {
  return index < text.length ? text.charCodeAt(index) : 0;
}
