import { defineFlags } from '@seatrial/cli';

/** Flags of `seatrial-helm set-image`. */
export const setImageFlags = defineFlags({
  path: { type: 'string', description: 'where the image is in values.yaml', default: 'image', placeholder: 'a.b.c' },
});
