import { createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });

const NOT_FOUND = 404; // statuses from 256 on are the application's
const TOO_LARGE = 413;
server.pool.serve({
  // Sees what a request is before its payload comes, and decides, now or later: a promise keeps it waiting at no cost of memory.
  async accept({ headers, sizeBytes }) {
    if (headers['method'] !== 'put') return { reject: 'there is only put', status: NOT_FOUND };
    if (sizeBytes > 1_000_000) return { reject: `${sizeBytes} bytes are too many`, status: TOO_LARGE };
    return {};
  },
  unary: ({ body }) => Buffer.from(`took ${body.length} bytes`),
});

const peer = await client.connect(server.address);
for (const [method, size] of /** @type {[string, number][]} */ ([
  ['put', 200_000],
  ['put', 5_000_000],
  ['get', 0],
])) {
  const call = client.pool.unaryRpc(peer, new Uint8Array(size), { headers: { method } });
  console.log(
    await call.then(
      ({ body }) => Buffer.from(body).toString(),
      (error) => `${error.status} ${error.message}`,
    ),
  );
}

await Promise.all([client.close(), server.close()]);
