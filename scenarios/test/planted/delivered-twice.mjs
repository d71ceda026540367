/** Each whole message that was pulled is delivered twice: a handler runs twice. Seen by: exactly-once. */
export function extend(simulation) {
  for (const { endpoint } of simulation.world.hosts) {
    const { exchanges } = endpoint;
    const onRequest = exchanges.onRequest.bind(exchanges);
    exchanges.onRequest = (...request) => {
      onRequest(...request);
      onRequest(...request);
    };
  }
}
