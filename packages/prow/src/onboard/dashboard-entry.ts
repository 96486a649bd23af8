import { isMap, isSeq } from 'yaml';
import { ProwError } from '../errors.js';
import { appendYamlItem } from './append-yaml-item.js';
import type { JobFile } from './job-file.js';
import { invalid, parseYamlText } from './yaml-text.js';

// TestGrid tells names apart by these characters only.
const normalise = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * Checks the name of a dashboard.
 *
 * @throws {ProwError} `INVALID_FLAG` where TestGrid would refuse it.
 * @see https://github.com/GoogleCloudPlatform/testgrid/blob/main/config/config.go
 */
export function checkDashboardName(name: string): void {
  const plain = normalise(name);
  const isTaken = /^(?:dashboard|alerter|summary|bugs)/.test(plain);
  if (/^[\w.~<>()|[\]",@/ -]+$/.test(name) && plain.length >= 3 && !isTaken && !name.includes(',')) return;
  throw new ProwError('INVALID_FLAG', `--dashboard: TestGrid takes no dashboard ${JSON.stringify(name)}`, {
    hint: 'Take at least three letters and digits, no comma, and not dashboard, alerter, summary or bugs at the start.',
  });
}

/**
 * Adds a dashboard to `target`, a file of a TestGrid configuration, unless one of the files has it. It gets no tabs: those come
 * from the jobs' annotations, and a tab written in both places would be refused as a double.
 *
 * @param files All files of the configuration, `target` among them where it exists.
 * @returns the target's new text and where the dashboard was before, if it was.
 * @throws {ProwError} `INVALID_CONFIG` naming file and line, when a file is not YAML or TestGrid could not tell the name from another.
 */
export function addDashboard(
  name: string,
  files: readonly JobFile[],
  target: string,
): { readonly text: string; readonly place: string | undefined } {
  const text = files.find(({ path }) => path === target)?.text ?? '';
  for (const file of files) {
    const yaml = parseYamlText(file.path, file.text);
    for (const kind of ['dashboards', 'dashboard_groups'] as const) {
      const list = yaml.document.get(kind, true);
      if (!isSeq(list)) continue;
      for (const item of list.items) {
        const found = isMap(item) ? String(item.get('name')) : '';
        if (normalise(found) !== normalise(name)) continue;
        const place = `${file.path}:${yaml.lineOf(item)}`;
        if (kind === 'dashboards' && found === name) return { text, place };
        const what = kind === 'dashboards' ? 'dashboard' : 'dashboard group';
        throw invalid(
          file.path,
          yaml.lineOf(item),
          `TestGrid could not tell the dashboard ${name} from the ${what} ${found}`,
          'Give another name with --dashboard.',
        );
      }
    }
  }
  return { text: appendYamlItem(target, text, ['dashboards'], { name }), place: undefined };
}
