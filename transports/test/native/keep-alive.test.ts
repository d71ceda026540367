import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FFI_NAMES, loadFfi } from '../../native/load.ts';

const script = fileURLToPath(new URL('../support/keep-alive.mjs', import.meta.url));

/** REQ NIC-4, UDP-7 */
test.each(FFI_NAMES)('%s: an open port keeps the process alive unless it is told not to', (name) => {
  if (process.platform !== 'linux' || loadFfi(() => {}, [name]) === undefined) return;
  const end = spawnSync(process.execPath, [script, name], { encoding: 'utf8', timeout: 30_000 });
  expect(end).toMatchObject({ status: 0, stdout: 'after the port was closed\n' });
});
