import { describe, expect, it } from 'vitest';
import { nodeLoop } from '../inline/event-loop.ts';

describe('nodeLoop', () => {
  it('runs afterReactions when no reaction is left, and before the next turn', async () => {
    const log: string[] = [];
    await new Promise<void>((done) => {
      nodeLoop.soon(() => {
        nodeLoop.afterReactions(() => log.push('after'));
        void (async () => {
          for (let i = 0; i < 100; i++) await Promise.resolve();
          process.nextTick(() => log.push('tick of the application'));
          for (let i = 0; i < 100; i++) await Promise.resolve();
          log.push('reactions');
        })();
        setImmediate(() => {
          log.push('next turn');
          done();
        });
      });
    });
    expect(log).toEqual(['reactions', 'after', 'tick of the application', 'next turn']);
  });

  it('has an integer clock that does not go back', () => {
    let last = 0;
    for (let i = 0; i < 10_000; i++) {
      const now = nodeLoop.now();
      if (!Number.isSafeInteger(now) || now < last) throw new Error(`${now} after ${last}`);
      last = now;
    }
  });

  it('has timers that can be cancelled and keep no process alive', () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const timer = nodeLoop.later(() => {
      throw new Error('fired');
    }, 100_000);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(before);
    nodeLoop.cancel(timer);
  });
});
