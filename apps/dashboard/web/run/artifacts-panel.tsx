import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { RunAnswer } from '../../src/api.js';
import { runAddress } from '../app/addresses.js';
import { api, artifactUrl } from '../app/api-client.js';
import { formatBytes } from '../app/format.js';
import { Empty, Trouble, Waiting } from '../app/parts.js';
import { LogView } from '../log/log-view.js';
import { type Folder, treeOf } from './artifact-tree.js';

/** What a line-by-line look makes no sense of. */
const BINARY = /\.(?:tgz|gz|tar|zip|png|jpe?g|gif|webp|pdf|bin|so|wasm)$/i;

/** The run's files, to be looked at or saved. */
export function ArtifactsPanel({ run, file }: { readonly run: RunAnswer; readonly file: string | null }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['artifacts', run.run],
    queryFn: ({ signal }) => api.artifacts(run.run, signal),
  });
  if (error !== null) return <Trouble error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting what="artifacts" />;
  return (
    <div className="artifacts">
      <nav aria-label="Artifacts" className="tree">
        {data.files.length === 0 ? <Empty>There are no files yet.</Empty> : null}
        <Branch run={run.run} folder={treeOf(data.files)} depth={0} shown={file} />
        {data.more ? <p className="warning">There are more files than are listed.</p> : null}
      </nav>
      {file === null ? (
        <Empty>Choose a file to look at it here.</Empty>
      ) : (
        <section className="artifact" aria-label={file}>
          <div className="panel-bar">
            <code className="artifact-name">{file}</code>
            <a href={artifactUrl(run.run, file, { show: true })} target="_blank" rel="noreferrer noopener">
              As plain text
            </a>
            <a href={artifactUrl(run.run, file, { show: false })}>Download</a>
          </div>
          {BINARY.test(file) ? (
            <Empty>Not text: download it.</Empty>
          ) : (
            <LogView key={file} run={run.run} file={file} noun="file" />
          )}
        </section>
      )}
    </div>
  );
}

interface BranchProps {
  readonly run: string;
  readonly folder: Folder;
  readonly depth: number;
  readonly shown: string | null;
}

function Branch({ run, folder, depth, shown }: BranchProps) {
  return (
    <ul>
      {folder.folders.map((below) => (
        <li key={below.name}>
          <details open={depth < 2 && folder.folders.length + folder.files.length < 30}>
            <summary>{below.name}/</summary>
            <Branch run={run} folder={below} depth={depth + 1} shown={shown} />
          </details>
        </li>
      ))}
      {folder.files.map(({ name, file, sizeBytes }) => (
        <li key={file} className="tree-file">
          <Link
            href={runAddress(run, { tab: 'artifacts', file })}
            {...(file === shown ? { 'aria-current': 'true' as const } : {})}
          >
            {name}
          </Link>
          <span className="faint">{formatBytes(sizeBytes)}</span>
          <a href={artifactUrl(run, file, { show: false })} aria-label={`Download ${name}`} title="Download">
            ↓
          </a>
        </li>
      ))}
    </ul>
  );
}
