/** The sender ignores final RANGE_ACKs: transfers are never over. Seen by: leak (or liveness). */
export function extend(simulation) {
  for (const { endpoint } of simulation.world.hosts) {
    const { sender } = endpoint;
    const onRangeAck = sender.onRangeAck.bind(sender);
    sender.onRangeAck = (now, transfer, ack, final) => (final ? true : onRangeAck(now, transfer, ack, false));
  }
}
