import { createSocket, type Socket } from 'node:dgram';

const HOST = '127.0.0.1';

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
  return socket;
}

/** Stands in front of a server: who is told its port reaches the server through a port of the relay, while it is not cut. */
export class Relay {
  isCut = false;
  /** Each so manyth datagram is lost; 0: none. */
  lossEvery = 0;
  /** So far. */
  lost = 0;
  /** Of the server. */
  port: number;
  #passed = 0;
  readonly #front: Socket;
  /** By the port of the client. */
  readonly #backs: Map<number, Promise<Socket>> = new Map();

  private constructor(front: Socket, port: number) {
    this.#front = front;
    this.port = port;
    front.on('message', (bytes, { port: from }) => {
      const back = this.#backs.get(from) ?? this.#backTo(from);
      this.#backs.set(from, back);
      void back.then((socket) => this.#pass(socket, bytes, this.port));
    });
  }

  static async to(port: number): Promise<Relay> {
    return new Relay(await bound(), port);
  }

  get address(): string {
    return `${HOST}:${this.#front.address().port}`;
  }

  async #backTo(client: number): Promise<Socket> {
    const socket = await bound();
    socket.on('message', (bytes) => this.#pass(this.#front, bytes, client));
    return socket;
  }

  #pass(by: Socket, bytes: Uint8Array, to: number): void {
    this.#passed += 1;
    const isLost = this.lossEvery > 0 && this.#passed % this.lossEvery === 0;
    if (isLost) this.lost += 1;
    if (!this.isCut && !isLost) by.send(bytes, to, HOST);
  }

  async close(): Promise<void> {
    this.isCut = true;
    const backs = await Promise.all(this.#backs.values());
    for (const socket of [this.#front, ...backs]) socket.close();
  }
}
