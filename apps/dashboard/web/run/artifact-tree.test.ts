import { describe, expect, it } from 'vitest';
import { treeOf } from './artifact-tree.js';

describe(treeOf, () => {
  it('makes folders of paths, and joins those that hold but one other', () => {
    const files = [
      'started.json',
      'artifacts/cluster/logs/a.log',
      'artifacts/cluster/logs/b.log',
      'artifacts/junit.xml',
    ];
    expect(treeOf(files.map((file) => ({ file, sizeBytes: 1 })))).toEqual({
      name: '',
      files: [{ name: 'started.json', file: 'started.json', sizeBytes: 1 }],
      folders: [
        {
          name: 'artifacts',
          files: [{ name: 'junit.xml', file: 'artifacts/junit.xml', sizeBytes: 1 }],
          folders: [
            {
              name: 'cluster/logs',
              folders: [],
              files: [
                { name: 'a.log', file: 'artifacts/cluster/logs/a.log', sizeBytes: 1 },
                { name: 'b.log', file: 'artifacts/cluster/logs/b.log', sizeBytes: 1 },
              ],
            },
          ],
        },
      ],
    });
  });
});
