/** A file of this folder that `npm run bench` runs. */
export interface Bench {
  readonly name: string;
  readonly file: string;
  /** Arguments of the whole size. @default none */
  readonly full?: readonly string[];
  /** Arguments of the small size, for `--quick`. */
  readonly quick: readonly string[];
  /** Packages it is compared with: their versions stand in the page. */
  readonly peers?: readonly string[];
}

/** All of them, in the order they run. Each ends with `record(…)`; one that does not is judged by its exit code. */
export const benches: readonly Bench[] = [
  {
    name: 'junit',
    file: 'junit.ts',
    quick: ['--size-mb', '10', '--cases', '20000'],
    peers: ['junit2json', 'junit-report-merger'],
  },
  { name: 'chart', file: 'chart.ts', quick: ['--rounds', '5', '--edits', '200'] },
  { name: 'upload', file: 'upload.ts', quick: ['--quick'], peers: ['@google-cloud/storage'] },
  { name: 'ready', file: 'ready.ts', full: ['--rounds', '20'], quick: ['--rounds', '3'] },
  {
    name: 'pipeline',
    file: 'pipeline.ts',
    quick: ['--tasks', '2000', '--growth', '1000,10000', '--rounds', '5'],
    peers: ['p-graph', 'p-limit'],
  },
  { name: 'log', file: 'log.ts', quick: ['--quick'] },
  { name: 'ui', file: 'ui.ts', quick: ['--quick'], peers: ['playwright-core'] },
  { name: 'chaos', file: 'chaos/main.ts', full: ['--runs', '20'], quick: ['--runs', '2'] },
  { name: 'sandbox', file: 'sandbox.ts', quick: ['--quick'] },
  { name: 'startup', file: 'startup.ts', quick: ['--quick'] },
  { name: 'checkout', file: 'checkout.ts', quick: ['--quick'] },
];
