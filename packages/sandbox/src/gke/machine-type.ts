/** What a node of a machine type has. */
export interface Machine {
  readonly cpus: number;
  readonly memoryGib: number;
  /** GPUs that come with the machine type. */
  readonly gpus: number;
}

// GiB per vCPU of the predefined types. https://cloud.google.com/compute/docs/machine-resource
const ratios: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  e2: { standard: 4, highmem: 8, highcpu: 1 },
  n1: { standard: 3.75, highmem: 6.5, highcpu: 0.9 },
  n2: { standard: 4, highmem: 8, highcpu: 1 },
  n2d: { standard: 4, highmem: 8, highcpu: 1 },
  n4: { standard: 4, highmem: 8, highcpu: 2 },
  c2: { standard: 4 },
  c2d: { standard: 4, highmem: 8, highcpu: 2 },
  c3: { standard: 4, highmem: 8, highcpu: 2 },
  c3d: { standard: 4, highmem: 8, highcpu: 2 },
  c4: { standard: 3.75, highmem: 7.75, highcpu: 2 },
  t2a: { standard: 4 },
  t2d: { standard: 4 },
  g2: { standard: 4 },
  m1: { megamem: 14.9 },
};

const shared: Readonly<Record<string, Machine>> = {
  'e2-micro': { cpus: 2, memoryGib: 1, gpus: 0 },
  'e2-small': { cpus: 2, memoryGib: 2, gpus: 0 },
  'e2-medium': { cpus: 2, memoryGib: 4, gpus: 0 },
  'f1-micro': { cpus: 1, memoryGib: 0.6, gpus: 0 },
  'g1-small': { cpus: 1, memoryGib: 1.7, gpus: 0 },
};

/** GPUs of the g2 types by vCPUs. */
const g2Gpus: Readonly<Record<number, number>> = { 4: 1, 8: 1, 12: 1, 16: 1, 24: 2, 32: 1, 48: 4, 96: 8 };

/** Finds a machine type; `undefined` when there is none of that name. */
export function findMachine(name: string): Machine | undefined {
  const known = shared[name];
  if (known !== undefined) return known;
  const custom = /^(?:[a-z0-9]+-)?custom-(?<cpus>\d{1,3})-(?<mib>\d{3,7})(?:-ext)?$/.exec(name)?.groups;
  if (custom !== undefined) return { cpus: Number(custom['cpus']), memoryGib: Number(custom['mib']) / 1024, gpus: 0 };
  const a2 = /^a[23]-(?:highgpu|ultragpu|megagpu)-(?<gpus>1|2|4|8|16)g$/.exec(name)?.groups;
  if (a2 !== undefined)
    return { cpus: 12 * Number(a2['gpus']), memoryGib: 85 * Number(a2['gpus']), gpus: Number(a2['gpus']) };
  const {
    family = '',
    size = '',
    cpus = '',
  } = /^(?<family>[a-z0-9]+)-(?<size>[a-z]+)-(?<cpus>\d{1,3})$/.exec(name)?.groups ?? {};
  const ratio = ratios[family]?.[size];
  const count = Number(cpus);
  if (ratio === undefined || count === 0) return undefined;
  return { cpus: count, memoryGib: count * ratio, gpus: family === 'g2' ? (g2Gpus[count] ?? 1) : 0 };
}
