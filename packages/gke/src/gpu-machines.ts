/** Machines that carry a type of accelerator. */
interface GpuMachines {
  /** Machine type by the number of accelerators that it has or may have. */
  readonly byCount: Readonly<Record<number, string>>;
  /** Every machine type that may be taken. */
  readonly fits: RegExp;
}

const n1 = (...counts: readonly number[]): GpuMachines => ({
  byCount: Object.fromEntries(counts.map((count) => [count, 'n1-standard-8'])),
  fits: /^(n1|custom)-/,
});

/** @see https://cloud.google.com/compute/docs/gpus */
const machines: Readonly<Record<string, GpuMachines>> = {
  'nvidia-l4': {
    byCount: { 1: 'g2-standard-8', 2: 'g2-standard-24', 4: 'g2-standard-48', 8: 'g2-standard-96' },
    fits: /^g2-/,
  },
  'nvidia-tesla-a100': {
    byCount: {
      1: 'a2-highgpu-1g',
      2: 'a2-highgpu-2g',
      4: 'a2-highgpu-4g',
      8: 'a2-highgpu-8g',
      16: 'a2-megagpu-16g',
    },
    fits: /^a2-(highgpu|megagpu)-/,
  },
  'nvidia-a100-80gb': {
    byCount: { 1: 'a2-ultragpu-1g', 2: 'a2-ultragpu-2g', 4: 'a2-ultragpu-4g', 8: 'a2-ultragpu-8g' },
    fits: /^a2-ultragpu-/,
  },
  'nvidia-h100-80gb': {
    byCount: { 1: 'a3-highgpu-1g', 2: 'a3-highgpu-2g', 4: 'a3-highgpu-4g', 8: 'a3-highgpu-8g' },
    fits: /^a3-(highgpu|edgegpu)-/,
  },
  'nvidia-h100-mega-80gb': { byCount: { 8: 'a3-megagpu-8g' }, fits: /^a3-megagpu-/ },
  'nvidia-h200-141gb': { byCount: { 8: 'a3-ultragpu-8g' }, fits: /^a3-ultragpu-/ },
  'nvidia-tesla-t4': n1(1, 2, 4),
  'nvidia-tesla-p4': n1(1, 2, 4),
  'nvidia-tesla-p100': n1(1, 2, 4),
  'nvidia-tesla-v100': n1(1, 2, 4, 8),
};

/** A machine type for so many accelerators; N1 for types that are not known here. */
export function gpuMachineType(type: string, count: number): string {
  return machines[type]?.byCount[count] ?? 'n1-standard-8';
}

/** What is wrong with an accelerator and its machine type, and what would be right; `undefined` when nothing is known to be. */
export function gpuProblem(accelerator: {
  readonly type: string;
  readonly count: number;
  readonly machineType?: string | undefined;
}): { readonly field: 'count' | 'machineType'; readonly why: string; readonly remedy: string } | undefined {
  const { type, count, machineType } = accelerator;
  const known = machines[type];
  if (known === undefined) {
    const takesNone = machineType !== undefined && /^(e2|n2|n2d|n4|c2|c2d|c3|c3d|c4|t2a|t2d|m1)-/.test(machineType);
    if (!takesNone) return undefined;
    return { field: 'machineType', why: 'machines of this family take no GPUs', remedy: 'leave the machine type out' };
  }
  const counts = Object.keys(known.byCount);
  if (!counts.includes(String(count))) {
    return { field: 'count', why: `a machine does not have so many ${type}`, remedy: `take ${counts.join(', ')}` };
  }
  if (machineType === undefined || known.fits.test(machineType)) return undefined;
  const right = gpuMachineType(type, count);
  return { field: 'machineType', why: `it has no ${type}`, remedy: `leave it out or take ${right}` };
}
