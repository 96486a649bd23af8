import { defineFlags } from '@seatrial/cli';

export const checkFlags = defineFlags({
  expect: { type: 'strings', description: 'reports that must be there, and no others', placeholder: 'A.xml,B.xml' },
});

export const mergeFlags = defineFlags({
  output: { type: 'string', short: 'o', description: 'file to write; stdout when left out', placeholder: 'FILE' },
  flaky: {
    type: 'string',
    description: 'cases that ran again: as they are, as duplicate cases, or as one case with properties',
    choices: ['keep', 'duplicates', 'properties'],
    default: 'keep',
  },
  repair: { type: 'boolean', description: 'replace what XML cannot hold, such as control characters', default: false },
});

export const runFlags = defineFlags({
  name: { type: 'string', description: 'name of the test case', required: true },
  'class-name': { type: 'string', description: 'class of the test case' },
  suite: { type: 'string', description: 'name of the suite; that of the case when left out' },
  'junit-path': { type: 'string', description: 'report to write', required: true, placeholder: 'FILE' },
  'timeout-seconds': { type: 'number', description: 'end the command after this many seconds', min: 1 },
  'tail-lines': {
    type: 'number',
    description: 'lines of output in the text of a failure',
    default: 50,
    min: 0,
    integer: true,
  },
});
