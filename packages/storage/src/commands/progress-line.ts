import type { CommandContext } from '@seatrial/cli';
import type { FolderProgress } from '../object-store.js';

/** Shows how far a transfer is: on a terminal in one line that changes, else a line for each tenth. */
export function showProgress({ stderr, isTty, logger }: Pick<CommandContext, 'stderr' | 'isTty' | 'logger'>): {
  readonly update: (done: FolderProgress) => void;
  readonly close: () => void;
} {
  let tenths = 0;
  let isDrawn = false;
  return {
    update(done) {
      if (isTty) {
        stderr.write(`\r\u001b[K${formatProgress(done)}`);
        isDrawn = true;
        return;
      }
      const { objects, total } = done;
      const reached = Math.floor((objects * 10) / total);
      if (reached === tenths) return;
      tenths = reached;
      if (reached === 10 || total > 100) logger.info('copied', { objects, total, bytes: done.sizeBytes });
    },
    close() {
      if (isDrawn) stderr.write('\n');
    },
  };
}

/** One line: `12 of 40 objects, 3.1 of 9.9 MB`. */
export function formatProgress({ objects, total, sizeBytes, totalBytes }: FolderProgress): string {
  const mb = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
  return `${objects} of ${total} objects, ${mb(sizeBytes)} of ${mb(totalBytes)} MB`;
}
