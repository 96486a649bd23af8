import { appendYamlItem } from './append-yaml-item.js';
import type { RepositoryName } from '../github/repositories.js';
import { invalid, parseYamlText } from './yaml-text.js';

const PLUGIN = 'trigger';

/**
 * Enables the trigger plugin for a repository in the text of `plugins.yaml`. Where its organisation has the plugin the text
 * stays as it is: Prow refuses a plugin that is enabled on both levels.
 *
 * @returns the new text and where the plugin was enabled before, if it was.
 * @throws {ProwError} `INVALID_CONFIG` when the file is not as it should be, or the organisation leaves the repository out.
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/plugins/config.go
 */
export function addTriggerPlugin(
  { org, repo }: RepositoryName,
  file: { readonly path: string; readonly text: string },
): { readonly text: string; readonly enabledFor: string | undefined } {
  const yaml = parseYamlText(file.path, file.text);
  const { plugins } = (yaml.document.toJS() ?? {}) as { plugins?: unknown };
  const entries = (plugins ?? {}) as Readonly<Record<string, unknown>>;
  const key = `${org}/${repo}`;
  const ofOrg = readEntry(entries[org]);
  if (ofOrg.plugins.includes(PLUGIN)) {
    if (!ofOrg.excluded.includes(repo) && !ofOrg.excluded.includes(key)) return { text: file.text, enabledFor: org };
    const line = yaml.lineOf(yaml.document.getIn(['plugins', org, 'excluded_repos'], true));
    const hint = `Take ${repo} out of the list: Prow refuses a plugin that is enabled for both, even where one is left out.`;
    throw invalid(file.path, line, `${org} has the plugin ${PLUGIN} but leaves ${repo} out of it`, hint);
  }
  if (readEntry(entries[key]).plugins.includes(PLUGIN)) return { text: file.text, enabledFor: key };
  // Until 2021 an entry was the list itself; both forms are read.
  const path = Array.isArray(entries[key]) ? ['plugins', key] : ['plugins', key, 'plugins'];
  return { text: appendYamlItem(file.path, file.text, path, PLUGIN), enabledFor: undefined };
}

function readEntry(entry: unknown): { readonly plugins: readonly unknown[]; readonly excluded: readonly unknown[] } {
  if (Array.isArray(entry)) return { plugins: entry, excluded: [] };
  const { plugins, excluded_repos: excluded } = (entry ?? {}) as { plugins?: unknown; excluded_repos?: unknown };
  return { plugins: Array.isArray(plugins) ? plugins : [], excluded: Array.isArray(excluded) ? excluded : [] };
}
