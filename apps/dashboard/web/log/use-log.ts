import { keepPreviousData, useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { LogAnswer } from '../../src/api.js';
import { api } from '../app/api-client.js';

/** Lines that are asked for at a time. */
const CHUNK = 200;

/** What is known of a log; asked anew while it is being read, and when it is said to have grown. */
export function useLog(run: string, file: string, knownBytes: number | undefined): UseQueryResult<LogAnswer> {
  const query = useQuery({
    queryKey: ['log', run, file],
    queryFn: ({ signal }) => api.log(run, file, signal),
    refetchInterval: ({ state }) => (state.data?.complete === false ? 300 : false),
    placeholderData: keepPreviousData,
  });
  const { refetch, data } = query;
  const isBehind = knownBytes !== undefined && data !== undefined && data.sizeBytes < knownBytes;
  useEffect(() => {
    if (isBehind) void refetch();
  }, [isBehind, knownBytes, refetch]);
  return query;
}

/** Text of the lines in view, and of those just out of it. */
export function useLines(
  place: { readonly run: string; readonly file: string },
  log: LogAnswer | undefined,
  view: { readonly first: number; readonly count: number },
): (line: number) => string | undefined {
  const lines = log?.lines ?? 0;
  const firstChunk = Math.max(0, Math.floor((view.first - 1) / CHUNK));
  const lastChunk = Math.floor(Math.max(0, Math.min(lines, view.first + view.count + 20) - 1) / CHUNK);
  const chunks = lines === 0 ? [] : Array.from({ length: lastChunk - firstChunk + 1 }, (_, at) => firstChunk + at);
  const answers = useQueries({
    queries: chunks.map((chunk) => {
      // A chunk that is full does not change; the last one does with every byte.
      const isFull = (chunk + 1) * CHUNK < lines;
      return {
        queryKey: ['lines', place.run, place.file, chunk, isFull ? 'full' : (log?.indexedBytes ?? 0)],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          api.lines({ ...place, from: chunk * CHUNK + 1, count: CHUNK }, signal),
        staleTime: Infinity,
        gcTime: 60_000,
        placeholderData: keepPreviousData,
      };
    }),
  });
  return (line) => {
    const answer = answers[Math.floor((line - 1) / CHUNK) - firstChunk]?.data;
    return answer === undefined ? undefined : answer.lines[line - answer.from];
  };
}
