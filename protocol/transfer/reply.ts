/** What a response says of its exchange: the transfer id of the request, and the status. */
export interface Reply {
  slot: number;
  generation: number;
  status: number;
}
