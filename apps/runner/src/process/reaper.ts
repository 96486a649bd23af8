import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { PROCESS_MARK } from './process-mark.js';

/**
 * Ends what carries the mark once the program is gone: SIGTERM, and SIGKILL a second later, until none was found three
 * times: one that the program was just starting shows its environment only when it has begun. A process that leads a group
 * takes its group along. Standard input is a pipe from the program, which the kernel closes however that ends.
 */
const SCRIPT = `
mark=$1
while read -r _; do :; done
end() {
  found=1
  for file in $(grep -lzxF -e "$mark" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    pid=\${pid%/environ}
    group=$(sed 's/^.*) [A-Za-z] [0-9]* \\([0-9]*\\) .*/\\1/' "/proc/$pid/stat")
    found=0
    if [ "$group" = "$pid" ]; then kill -s "$1" -- "-$pid"; else kill -s "$1" "$pid"; fi
  done 2>/dev/null
  return $found
}
signal=TERM
quiet=0
while [ $quiet -lt 3 ]; do
  if end $signal 2>/dev/null; then signal=KILL quiet=0; else quiet=$((quiet + 1)); fi
  sleep 1
done
`;

export interface ReaperOptions {
  /** Value of {@link PROCESS_MARK}. */
  readonly mark: string;
  readonly platform: NodeJS.Platform;
  readonly path: string | undefined;
}

/**
 * Starts a shell of a few hundred kilobytes that waits for the end of this process, SIGKILL included, and then ends the
 * processes that it has started and that are still there. Only where there is a `/proc`, which is Linux's; a process that
 * has emptied its environment and left its group is not found.
 */
export function startReaper({ mark, platform, path }: ReaperOptions): void {
  if (platform !== 'linux') return;
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'seatrial-reaper', `${PROCESS_MARK}=${mark}`], {
    detached: true, // a Ctrl-C of the terminal is not for it
    stdio: ['pipe', 'ignore', 'ignore'],
    env: path === undefined ? {} : { PATH: path },
  });
  // Without a shell there is one net less, and nothing else is different.
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  (shell.stdin as Socket).unref();
}
