/** Every tenth control packet takes the number, and so the nonce, of the one before it. Seen by: nonce. */
export function extend(simulation) {
  for (const { endpoint } of simulation.world.hosts) {
    const { writer } = endpoint;
    const write = writer.write.bind(writer);
    let packets = 0;
    writer.write = (now, peer, out) => {
      const wrote = write(now, peer, out);
      packets += 1;
      if (wrote && packets % 10 === 0) peer.nextPacketNumber -= 1;
      return wrote;
    };
  }
}
