import { TransferError } from '../../protocol/index.ts';
import { time } from '../../reports/figures.ts';

/** Why an exchange failed, and what to do, in one line. Anything but the end of a transfer is a bug and thrown on. */
export function failureText(
  error: unknown,
  peer: string,
  { answered, timeoutNs }: { answered: boolean; timeoutNs: number },
): string {
  if (!(error instanceof TransferError)) throw error;
  const { reason, message } = error;
  switch (reason) {
    case 'peer-timeout':
      return answered
        ? `peer-timeout: ${peer} stopped answering for ${time(timeoutNs)}; the request may or may not have been handled. See whether the server still runs, then call again`
        : `peer-timeout: no answer from ${peer} within ${time(timeoutNs)}. Does \`dcquic serve\` run there, does UDP get through, and do both sides have the same secret?`;
    case 'peer-restarted':
      return `peer-restarted: ${message}; call again`;
    case 'refused':
      return `refused: ${message}; wait for other exchanges to end, or start \`dcquic serve\` there`;
    case 'message-too-large':
      return `message-too-large: ${message}; send less at once`;
    default:
      return `${reason}: ${message}`;
  }
}
