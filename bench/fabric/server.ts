import { PresharedSecret, createFabricPool } from '../../transports/index.ts';

/** Answers each request with itself, or with as many bytes as it says, until SIGTERM. Prints its address as JSON. */
export async function serveFabric([provider = '', bind = '', psk = '']: readonly string[]): Promise<void> {
  const server = await createFabricPool({
    provider,
    ...(bind === '' ? {} : { bind }),
    secret: PresharedSecret.fromHex(psk),
    fallback: false,
  });
  let filled: Uint8Array = new Uint8Array(0);
  server.pool.serve(({ body, headers }) => {
    const bytes = Number(headers['bytes'] ?? 0);
    if (bytes === 0) return { body };
    if (filled.length !== bytes) filled = new Uint8Array(bytes).fill(7);
    return { body: filled };
  });
  console.log(JSON.stringify({ address: server.address }));
  process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
}
