/** Where handed-over descriptors begin (sd_listen_fds(3)). */
const FIRST = 3;

/**
 * The listening socket that systemd hands over, as sd_listen_fds(3) has it; undefined: none was handed to this process.
 * Whoever started us may have had one of its own, so its pid must be ours.
 */
export function givenSocket(
  environment: Record<string, string | undefined>,
  pid: number,
): number | undefined {
  const { LISTEN_PID: forPid, LISTEN_FDS: sockets } = environment;
  return forPid === String(pid) && Number(sockets) >= 1 ? FIRST : undefined;
}
