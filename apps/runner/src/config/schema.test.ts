import { describe, expect, it } from 'vitest';
import { configJsonSchema } from './schema.js';

describe(configJsonSchema, () => {
  // Rewritten by `npx vitest run --update src/config/schema.test.ts`.
  it('is what is published for editors', async () => {
    await expect(`${JSON.stringify(configJsonSchema(), null, 2)}\n`).toMatchFileSnapshot('../../seatrial.schema.json');
  });
});
