import { expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { NEVER } from '../../../protocol/core/units.ts';

test('events run in the order of time, then of scheduling', async () => {
  const kernel = new Kernel();
  const seen: number[] = [];
  const handler = { onEvent: (a: number) => void seen.push(a) };
  for (let i = 0; i < 1000; i++) kernel.schedule((i * 7919) % 50, handler, ((i * 7919) % 50) * 1000 + i);
  expect(await kernel.run(NEVER)).toBe('idle');
  expect(seen).toEqual([...seen].sort((x, y) => x - y));
  expect(seen.length).toBe(1000);
});
