/** A page of `docs/`, as `seatrial help` shows it. */
export interface Topic {
  readonly name: string;
  /** One phrase for the list. */
  readonly summary: string;
  /** Name of the page in `docs/`, without `.md`. */
  readonly page: string;
  /** Title of the only section that is shown. @default the whole page */
  readonly section?: string;
}

/** What `seatrial help` has besides commands. The build copies the pages to `dist/help`, so that their text is kept once. */
export const topics: readonly Topic[] = [
  { name: 'concepts', summary: 'a run, its graph and journal, where clusters come from', page: 'concepts' },
  { name: 'config', summary: 'every field of seatrial.yaml', page: 'config' },
  { name: 'environment', summary: 'variables that are read', page: 'environment' },
  { name: 'exit-codes', summary: 'what each exit code says', page: 'exit-codes' },
  { name: 'gke', summary: 'clusters on GKE: permissions and cost', page: 'gke' },
  { name: 'github-actions', summary: 'a trial on GitHub Actions', page: 'github-actions' },
  { name: 'migration', summary: 'from the Python scripts, flag by flag', page: 'migration' },
  { name: 'providers', summary: 'clusters from anywhere', page: 'providers' },
  { name: 'prow', summary: 'a trial on Prow', page: 'prow' },
  { name: 'results', summary: 'where results go, and how they are laid out', page: 'concepts', section: 'Results' },
  { name: 'resume', summary: 'continuing a run that was stopped', page: 'concepts', section: 'Journal' },
  { name: 'sandbox', summary: 'the local cloud', page: 'sandbox' },
  { name: 'security', summary: 'secrets, tokens, what runs as whom', page: 'security' },
  { name: 'tests', summary: 'writing a test', page: 'tests' },
  { name: 'troubleshooting', summary: 'by error message', page: 'troubleshooting' },
];
