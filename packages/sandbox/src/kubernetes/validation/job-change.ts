import { isEqual } from '../equal.js';
import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';

const IMMUTABLE = 'field is immutable';
const FIXED = ['selector', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'];
/** What says where pods run: may change as long as none has begun to. */
const SCHEDULING = ['nodeSelector', 'tolerations', 'schedulingGates'];

/** Faults of a change of a Job. */
export function jobChangeFaults({ spec = {} }: KubeObject, live: KubeObject): FieldError[] {
  const before = live.spec ?? {};
  const faults = FIXED.filter((member) => !isEqual(spec[member], before[member])).map((member) =>
    fault.invalid(`spec.${member}`, spec[member] ?? null, IMMUTABLE),
  );
  faults.push(...completionsFaults(spec, before));
  const mayMove = before['suspend'] === true && live.status?.['startTime'] === undefined;
  const [template, old] = [spec['template'], before['template']].map((one) => (mayMove ? withoutPlace(one) : one));
  if (!isEqual(template, old)) faults.push(fault.invalid('spec.template', spec['template'], IMMUTABLE));
  return faults;
}

// Indexed Jobs may grow and shrink, in step with the pods that run at a time.
function completionsFaults({ completionMode, completions, parallelism }: Fields, before: Fields): FieldError[] {
  if (completions === before['completions']) return [];
  const at = 'spec.completions';
  if (completionMode !== 'Indexed') return [fault.invalid(at, completions ?? null, IMMUTABLE)];
  if (completions === undefined || completions === parallelism) return [];
  return [fault.invalid(at, completions, 'can only be modified in tandem with spec.parallelism')];
}

function withoutPlace(template: Fields = {}): Fields {
  const { metadata: { labels: _labels, annotations: _annotations, ...metadata } = {} as Fields, spec = {} } = template;
  const rest = Object.fromEntries(Object.entries(spec as Fields).filter(([name]) => !SCHEDULING.includes(name)));
  const { nodeAffinity: _nodeAffinity, ...affinity } = (rest['affinity'] ?? {}) as Fields;
  if (Object.keys(affinity).length === 0) delete rest['affinity'];
  else rest['affinity'] = affinity;
  return { ...template, metadata, spec: rest };
}
