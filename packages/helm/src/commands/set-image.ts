import { resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { setChartImage } from '../chart-image.js';
import type { setImageFlags } from './set-image-flags.js';

/** Sets the image in a chart's values. */
export async function setImage({ args, cwd, flags }: ContextOf<typeof setImageFlags>): Promise<void> {
  const [chart = '.', image = ''] = args;
  await setChartImage(resolve(cwd, chart), { image, path: flags.path });
}
