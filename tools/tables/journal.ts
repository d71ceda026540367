import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobKey } from '../../reports/tables/job.ts';
import type { Job } from '../../reports/tables/job.ts';
import type { Sample } from '../../reports/tables/table-spec.ts';

interface Line {
  /** Of the built program: another one may measure otherwise. */
  build: string;
  job: string;
  sample: Sample;
  cpuSeconds: number;
}

/** Measured rows, a line of JSON each, written as they come: a command that was interrupted goes on where it was. */
export class Journal {
  private readonly path: string;
  private readonly build: string;
  private readonly known: Map<string, Line> = new Map<string, Line>();

  constructor(directory: string, build: string) {
    this.build = build;
    mkdirSync(directory, { recursive: true });
    this.path = join(directory, 'journal.jsonl');
    for (const text of existsSync(this.path) ? readFileSync(this.path, 'utf8').split('\n') : []) {
      const line = parsed(text);
      if (line?.build === build) this.known.set(line.job, line);
    }
  }

  find(job: Job): Line | undefined {
    return this.known.get(jobKey(job));
  }

  add(job: Job, sample: Sample, cpuSeconds: number): void {
    const line: Line = { build: this.build, job: jobKey(job), sample, cpuSeconds };
    this.known.set(line.job, line);
    appendFileSync(this.path, `${JSON.stringify(line)}\n`);
  }
}

/** Undefined for the last line of a command that was killed in the middle of it. */
function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
