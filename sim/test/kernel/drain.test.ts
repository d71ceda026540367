import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as KernelModule from '../../kernel/kernel.ts';
import { NEVER } from '../../../protocol/core/units.ts';

const host = process as unknown as { _tickCallback: (() => void) | undefined };
const tickCallback = host._tickCallback;

afterEach(() => {
  host._tickCallback = tickCallback;
  vi.resetModules();
});

/** The kernel on a host that can or cannot run microtasks within a turn. */
async function load(canDrain: boolean): Promise<typeof KernelModule> {
  vi.resetModules();
  host._tickCallback = canDrain ? tickCallback : undefined;
  return import('../../kernel/kernel.ts');
}

/** Three programs with awaits, ticks and a raw promise between two of them; what happened, in order. */
async function logOf({ Kernel }: typeof KernelModule): Promise<string[]> {
  const kernel = new Kernel();
  const log: string[] = [];
  const sleep = (delayNs: number): Promise<void> =>
    new Promise((resolve) => {
      const onEvent = (): void => {
        kernel.touchPromise();
        resolve();
      };
      kernel.schedule(kernel.now + delayNs, { onEvent });
    });
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const program = async (name: string, awaits: number): Promise<void> => {
    for (let round = 0; round < 5; round++) {
      await sleep(10);
      for (let i = 0; i < awaits; i++) await undefined;
      if (round === 2) await new Promise<void>((resolve) => process.nextTick(resolve));
      log.push(`${kernel.now} ${name}`);
      if (round === 3 && name === 'c') open();
      if (round === 3 && name === 'a') await gate;
    }
  };
  for (const [name, awaits] of [['a', 0] as const, ['b', 30] as const, ['c', 3] as const]) {
    kernel.watch(program(name, awaits));
  }
  log.push(await kernel.run(NEVER));
  return log;
}

describe('where the host can run microtasks within a turn', () => {
  it('the order is the same as where it cannot (else runs differ between hosts)', async () => {
    const quick = await logOf(await load(true));
    const plain = await logOf(await load(false));
    expect(quick).toEqual(plain);
    expect(quick).toHaveLength(16);
  });

  it('an error that nobody handles ends the run at that instant', async () => {
    const { Kernel } = await load(true);
    const kernel = new Kernel();
    const handler = { onEvent: (): void => void kernel.schedule(kernel.now + 1, handler) };
    kernel.schedule(0, handler);
    const onEvent = (): void => {
      kernel.touchPromise();
      void Promise.reject(new Error('nobody listens'));
    };
    kernel.schedule(10, { onEvent });
    await expect(kernel.run(NEVER)).rejects.toThrow('nobody listens');
    expect(kernel.now).toBe(10);
  });
});
