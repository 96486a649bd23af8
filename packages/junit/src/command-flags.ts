import { defineFlags } from '@seatrial/cli';

export const checkFlags = defineFlags({
  expect: { type: 'strings', description: 'Base names that must be there, and no others', placeholder: 'A.xml,B.xml' },
});

export const mergeFlags = defineFlags({
  output: { type: 'string', short: 'o', description: 'File to write; stdout when left out', placeholder: 'FILE' },
});

export const runFlags = defineFlags({
  name: { type: 'string', description: 'Name of the test case', required: true },
  'class-name': { type: 'string', description: 'Class of the test case' },
  'junit-path': { type: 'string', description: 'Report to write', required: true, placeholder: 'FILE' },
  'timeout-seconds': { type: 'number', description: 'Stop the command after this many seconds', min: 1 },
  'tail-lines': {
    type: 'number',
    description: 'Lines of output in the text of a failure',
    default: 50,
    min: 0,
    integer: true,
  },
});
