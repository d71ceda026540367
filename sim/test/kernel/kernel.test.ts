import { describe, expect, it } from 'vitest';
import { HOST_TURN_EVENTS, Kernel, type EventHandler } from '../../kernel/kernel.ts';
import { NEVER } from '../../../protocol/core/units.ts';

/** A handler made of a function. */
function on(call: (a: number, b: number) => void): EventHandler {
  return { onEvent: call };
}

describe('virtual time (REQ SIM-2)', () => {
  it('runs events in the order of time, then of scheduling, with their arguments', async () => {
    const kernel = new Kernel();
    const seen: string[] = [];
    const handler = on((a, b) => void seen.push(`${kernel.now} ${a} ${b}`));
    kernel.schedule(20, handler, 1, 0.5);
    kernel.schedule(10, handler, 2, -1);
    kernel.schedule(20, handler, 3);
    expect(await kernel.run(NEVER)).toBe('idle');
    expect(seen).toEqual(['10 2 -1', '20 1 0.5', '20 3 0']);
    expect([kernel.now, kernel.events, kernel.pending]).toEqual([20, 3, 0]);
  });

  it('runs what an event schedules for the same instant after what was there before', async () => {
    const kernel = new Kernel();
    const seen: number[] = [];
    const handler = on((a) => {
      seen.push(a);
      if (a < 3) kernel.schedule(kernel.now, handler, a + 10);
    });
    for (const a of [1, 2, 3]) kernel.schedule(5, handler, a);
    await kernel.run(NEVER);
    expect(seen).toEqual([1, 2, 3, 11, 12]);
  });

  it('stops at the bound, includes it, and goes on from there', async () => {
    const kernel = new Kernel();
    const seen: number[] = [];
    const handler = on(() => void seen.push(kernel.now));
    for (const at of [10, 20, 21, 1_000_000]) kernel.schedule(at, handler);
    expect(await kernel.run(20)).toBe('until');
    expect([seen, kernel.now]).toEqual([[10, 20], 20]);
    expect(await kernel.run(500)).toBe('until');
    expect(kernel.now).toBe(500);
    // Between the bound and the next event there is room for more.
    kernel.schedule(501, handler);
    expect(await kernel.run(NEVER)).toBe('idle');
    expect(seen).toEqual([10, 20, 21, 501, 1_000_000]);
  });

  it('is not the past: scheduling there, or ending a run there, is a bug of the caller', async () => {
    const kernel = new Kernel();
    kernel.schedule(
      10,
      on(() => undefined),
    );
    await kernel.run(NEVER);
    expect(() =>
      kernel.schedule(
        9,
        on(() => undefined),
      ),
    ).toThrow(/past/);
    await expect(kernel.run(9)).rejects.toThrow(/past/);
  });

  it('skips cancelled events, also when an event cancels the next of its instant', async () => {
    const kernel = new Kernel();
    const seen: number[] = [];
    const ids = [1, 2, 3].map((a) =>
      kernel.schedule(
        7,
        on(() => {
          seen.push(a);
          if (a === 1) expect(kernel.cancel(ids[1] as number)).toBe(true);
          expect(kernel.cancel(ids[a - 1] as number)).toBe(false);
        }),
      ),
    );
    await kernel.run(NEVER);
    expect(seen).toEqual([1, 3]);
  });

  it('stop() ends the run after the event, and the run can be taken up again', async () => {
    const kernel = new Kernel();
    const seen: number[] = [];
    const handler = on((a) => {
      seen.push(a);
      if (a === 2) kernel.stop('enough');
    });
    for (const a of [1, 2, 3]) kernel.schedule(a, handler, a);
    expect(await kernel.run(NEVER)).toBe('stopped');
    expect([seen, kernel.stopReason, kernel.now]).toEqual([[1, 2], 'enough', 2]);
    expect(await kernel.run(NEVER)).toBe('idle');
    expect(seen).toEqual([1, 2, 3]);
  });

  it('cannot run twice at once', async () => {
    const kernel = new Kernel();
    const first = kernel.run(NEVER);
    await expect(kernel.run(NEVER)).rejects.toThrow(/running already/);
    await first;
  });
});

describe('errors of a run', () => {
  it('what a handler throws stops the run and surfaces, and the kernel refuses to go on', async () => {
    const kernel = new Kernel();
    const seen: number[] = [];
    const error = new Error('broken handler');
    kernel.schedule(
      1,
      on(() => {
        throw error;
      }),
    );
    kernel.schedule(
      2,
      on(() => void seen.push(2)),
    );
    await expect(kernel.run(NEVER)).rejects.toBe(error);
    expect(seen).toEqual([]);
    await expect(kernel.run(NEVER)).rejects.toMatchObject({ code: 'failed', cause: error });
  });

  it('fail() ends the run after the event; the first error counts', async () => {
    const kernel = new Kernel();
    let last = 0;
    const handler = on((a) => {
      last = a;
      if (a === 2) {
        kernel.fail('first');
        kernel.fail('second');
      }
    });
    for (const a of [1, 2, 3]) kernel.schedule(a, handler, a);
    await expect(kernel.run(NEVER)).rejects.toBe('first');
    expect(last).toBe(2);
  });
});

describe('the turn of the host', () => {
  it('comes every HOST_TURN_EVENTS events, so that signals arrive and progress is shown', async () => {
    const turns: number[] = [];
    const kernel = new Kernel({ onProgress: ({ events }) => void turns.push(events) });
    const handler = on((a) => {
      if (a > 1) kernel.schedule(kernel.now + 1, handler, a - 1);
    });
    kernel.schedule(0, handler, 3 * HOST_TURN_EVENTS + 5);
    let hostTurns = 0;
    const timer = setInterval(() => void hostTurns++, 0);
    await kernel.run(NEVER);
    clearInterval(timer);
    expect(turns).toEqual([1, 2, 3].map((turn) => turn * HOST_TURN_EVENTS));
    expect(hostTurns).toBeGreaterThan(0);
  });

  it('may stop the run, and an error in it ends the run', async () => {
    const endless = (kernel: Kernel): EventHandler => {
      const handler = on(() => void kernel.schedule(kernel.now + 1, handler));
      return handler;
    };
    const stopped = new Kernel({ onProgress: (kernel) => kernel.stop('interrupted') });
    stopped.schedule(0, endless(stopped));
    expect(await stopped.run(NEVER)).toBe('stopped');
    expect([stopped.events, stopped.stopReason]).toEqual([HOST_TURN_EVENTS, 'interrupted']);

    const broken = new Kernel({
      onProgress: () => {
        throw new Error('cannot print');
      },
    });
    broken.schedule(0, endless(broken));
    await expect(broken.run(NEVER)).rejects.toThrow('cannot print');
  });

  it('is no time to schedule: what waits for real input would not be reproducible', async () => {
    const kernel = new Kernel({ onProgress: ({ now }) => void kernel.schedule(now + 1, endless) });
    const endless = on(() => void kernel.schedule(kernel.now + 1, endless));
    kernel.schedule(0, endless);
    await expect(kernel.run(NEVER)).rejects.toThrow(/outside of the run/);
  });
});
