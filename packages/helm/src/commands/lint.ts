import { resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import type { lintFlags } from './lint-flags.js';
import { withHelm } from './with-helm.js';

/** Runs `helm lint` with a home of its own. */
export async function lint(context: ContextOf<typeof lintFlags>): Promise<number> {
  const { args, cwd, flags } = context;
  const { set, strict } = flags;
  const values = flags.values.map((file) => resolve(cwd, file));
  const report = await withHelm(context, flags.helm, (helm) =>
    helm.lint(resolve(cwd, args[0] ?? '.'), { values, set, strict }),
  );
  if (flags.json) context.printJson({ passed: report.passed, messages: report.messages });
  else context.print(report.output.trimEnd());
  return report.passed ? 0 : 1;
}
