import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { RunAnswer } from '../../src/api.js';
import { apiUrl } from '../app/api-client.js';

/** How a run is followed: not at all, live, or the connection is lost and sought again. */
export type Following = 'no' | 'live' | 'lost';

/** Waits between attempts to come back, in milliseconds. */
const [FIRST_WAIT, LONGEST_WAIT] = [500, 10_000];

/** Follows a run while it goes on: every change is put where the page reads the run from. */
export function useLiveRun(run: string, isRunning: boolean): Following {
  const queries = useQueryClient();
  const [following, setFollowing] = useState<Following>('no');
  useEffect(() => {
    if (!isRunning) return;
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let waitMs = FIRST_WAIT;
    const refreshRest = (): void => {
      for (const key of ['tests', 'artifacts']) void queries.invalidateQueries({ queryKey: [key, run] });
    };
    const open = (): void => {
      source = new EventSource(apiUrl('events', { run }));
      source.addEventListener('open', () => {
        waitMs = FIRST_WAIT;
        setFollowing('live');
      });
      source.addEventListener('run', ({ data }: MessageEvent<string>) => {
        queries.setQueryData(['run', run], JSON.parse(data) as RunAnswer);
        refreshRest();
      });
      source.addEventListener('end', () => {
        source?.close();
        setFollowing('no');
        void queries.invalidateQueries({ queryKey: ['job'] });
        void queries.invalidateQueries({ queryKey: ['history'] });
      });
      source.addEventListener('error', () => {
        // The browser comes back by itself, but not after an answer that was an error, as of a proxy whose server is gone.
        setFollowing('lost');
        source?.close();
        timer = setTimeout(open, waitMs);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT);
      });
    };
    open();
    return () => {
      source?.close();
      clearTimeout(timer);
      setFollowing('no');
    };
  }, [run, isRunning, queries]);
  return following;
}
