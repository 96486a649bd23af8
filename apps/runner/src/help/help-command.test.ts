import { PassThrough } from 'node:stream';
import { runCommand } from '@seatrial/cli';
import { findSimilar } from '@seatrial/pipeline';
import { describe, expect, it } from 'vitest';
import { command } from '../commands.js';
import { textOf } from './help-command.js';
import { markdownToText } from './markdown-text.js';
import { topics } from './topics.js';

async function run(line: string) {
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
    });
  const exitCode = await runCommand(command, line.split(' '), {
    env: {},
    cwd: '/',
    stdin: new PassThrough(),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    signal: new AbortController().signal,
    clock: { now: () => 0, sleep: async () => undefined },
  });
  return { exitCode, ...text };
}

describe('seatrial help', () => {
  it.each(topics.map((topic) => [topic.name, topic] as const))(
    'has a page for %s in 80 columns',
    async (name, topic) => {
      const text = await textOf(topic);
      const { exitCode, stdout } = await run(`help --topic ${name}`);
      expect(exitCode).toBe(0);
      expect(stdout).toBe(`${text}\n`);
      // Code, which is indented by four, is not broken; nor is a word that is longer by itself.
      const wide = text
        .split('\n')
        .filter((line) => line.length > 80 && !line.startsWith('    ') && / \S+ /.test(line.trim()));
      expect(wide).toEqual([]);
    },
  );

  it.each(['e2e', 'runs logs', 'deploy', 'gke create', 'sandbox'])('says of %s what --help says', async (path) => {
    const asked = await run(`help ${path}`);
    expect(asked.stdout).toContain(`Usage: seatrial ${path} `);
    expect(asked).toEqual(await run(`${path} --help`));
  });

  it('lists commands and topics when it is alone', async () => {
    const { exitCode, stdout } = await run('help');
    expect(exitCode).toBe(0);
    for (const { name } of [...topics, ...(command.commands ?? [])])
      expect(stdout).toMatch(new RegExp(`^ .*\\b${name}\\b`, 'm'));
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    ['exit-code', 'Did you mean exit-codes?'],
    ['enviroment', 'Did you mean environment?'],
    ['depoly', 'Did you mean deploy?'],
    ['xyzzy', 'Topics: concepts, config, environment'],
  ])('refuses %s and says what there is', async (word, hint) => {
    const { exitCode, stdout, stderr } = await run(`help ${word}`);
    expect(stderr).toContain(`no topic or command ${word}`);
    expect(stderr).toContain(hint);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });
});

describe(markdownToText, () => {
  it('keeps code, breaks prose and lists, and makes entries of rows', () => {
    const prose = 'word '.repeat(20).trim();
    const text = markdownToText(
      `# Title\n\n${prose}\n\n- see [here](a.md)\n  and **there**\n\n\`\`\`sh\nrun  x\n\`\`\`\n\n| a | b |\n| - | - |\n| \`c\` | d |\n`,
    );
    expect(text).toBe(
      `TITLE\n\n${'word '.repeat(16).trim()}\n${'word '.repeat(4).trim()}\n\n- see here and there\n\n    run  x\n\n  a\n      b\n  c\n      d`,
    );
  });

  it('shows one section, and refuses one that is not there', () => {
    expect(markdownToText('# T\n\n## The journal\n\na\n\n## B\n\nc', 'Journal')).toBe('THE JOURNAL\n\na');
    expect(() => markdownToText('# T\n', 'Journal')).toThrow('no section Journal');
  });
});

describe(findSimilar, () => {
  it('finds what is a few letters away, and nothing further', () => {
    expect(findSimilar('reslts', ['resume', 'results'])[0]).toBe('results');
    expect(findSimilar('xyzzy', ['results', 'resume'])).toEqual([]);
  });
});
