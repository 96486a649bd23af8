import { appendYamlItem, parseYamlText } from './append-yaml-item.js';
import type { RepositoryName } from '../github/repositories.js';

const PLUGIN = 'trigger';

/**
 * Enables the trigger plugin for a repository in the text of `plugins.yaml`. Where its organisation has the plugin the text
 * stays as it is: Prow refuses a plugin that is enabled on both levels.
 *
 * @returns the new text and where the plugin was enabled before, if it was.
 * @throws {ProwError} `INVALID_CONFIG`
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/plugins/config.go
 */
export function addTriggerPlugin(
  { org, repo }: RepositoryName,
  file: { readonly path: string; readonly text: string },
): { readonly text: string; readonly enabledFor: string | undefined } {
  const { plugins } = (parseYamlText(file.path, file.text).document.toJS() ?? {}) as { plugins?: unknown };
  const entries = (plugins ?? {}) as Readonly<Record<string, unknown>>;
  const key = `${org}/${repo}`;
  const ofOrg = readEntry(entries[org]);
  if (ofOrg.plugins.includes(PLUGIN) && !ofOrg.excluded.includes(repo)) return { text: file.text, enabledFor: org };
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
