import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FFI_NAMES, loadFfi } from '../../native/load.ts';

const script = fileURLToPath(new URL('../support/throwing-receiver.mjs', import.meta.url));

/** REQ NIC-4 */
test.each(FFI_NAMES)('%s: an exception of a receiver reaches the process, and the port goes on', (name) => {
  if (process.platform !== 'linux' || loadFfi(() => {}, [name]) === undefined) return;
  const end = spawnSync(process.execPath, [script, name], { encoding: 'utf8', timeout: 30_000 });
  expect(end).toMatchObject({ status: 0, stdout: 'the first datagram\nthe second datagram\n' });
});
