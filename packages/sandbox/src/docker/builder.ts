import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ContainerConfig, HistoryEntry, ImageConfig } from '../registry/image-config.js';
import { applyInstruction } from './container-instructions.js';
import type { CopySource } from './copy-files.js';
import { parseOwner, planCopy } from './copy-files.js';
import { DockerError } from './docker-error.js';
import type { Dockerfile, Instruction, Stage } from './dockerfile.js';
import { parseInstruction } from './dockerfile.js';
import type { FileTree } from './file-tree.js';
import { readTar, removePath } from './file-tree.js';
import type { ImageTable, LocalImage } from './image-table.js';
import { writeLayer } from './layer.js';
import { expandWord, splitWords } from './shell-words.js';

/** A build, its context already here. */
export interface BuildRequest {
  readonly dockerfile: Dockerfile;
  readonly context: FileTree;
  /** For what the build unpacks; the caller removes it. */
  readonly dir: string;
  readonly buildArgs: Readonly<Record<string, string | null>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Name or number of the stage to stop at. */
  readonly target: string | undefined;
  /** `amd64`, … */
  readonly architecture: string;
  /** Finds the image of a FROM or `--from`; throws what the engine says when there is none. */
  readonly findImage: (reference: string) => Promise<LocalImage>;
  /** Takes a line of output. */
  readonly emit: (line: string) => void;
  readonly signal: AbortSignal;
}

const predefined: ReadonlySet<string> = new Set(
  ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]),
);
const NO_IMAGE: Pick<ImageConfig, 'config' | 'rootfs' | 'history'> = { rootfs: { type: 'layers', diff_ids: [] } };

interface StageState {
  tree: FileTree;
  diffIds: readonly string[];
  config: ContainerConfig;
  history: readonly HistoryEntry[];
  author: string | undefined;
  hasCmd: boolean;
  readonly args: Map<string, string>;
}

/**
 * Builds an image as the engine's classic builder does, except that nothing is executed: RUN is refused.
 *
 * The same context and Dockerfile give the same image, since its time is that of the newest file in the context.
 *
 * @throws {DockerError} with the engine's words
 */
export async function build(table: ImageTable, request: BuildRequest): Promise<LocalImage> {
  const { dockerfile, context, buildArgs, emit, signal } = request;
  const { escape, globals } = dockerfile;
  const stages = selectStages(dockerfile, request.target);
  const newest = [...context.values()].reduce((latest, entry) => Math.max(latest, entry.mtimeMs), 0);
  const created = new Date(newest).toISOString();
  const total = globals.length + stages.reduce((sum, stage) => sum + 1 + stage.instructions.length, 0);
  const usedArgs = new Set<string>();
  const globalArgs = new Map<string, string>();
  const done: { readonly name: string | undefined; readonly state: StageState; readonly image: LocalImage }[] = [];
  let step = 0;

  const announce = (instruction: Instruction) => {
    signal.throwIfAborted();
    step += 1;
    emit(`Step ${step}/${total} : ${instruction.text}\n`);
  };
  const declare = (instruction: Instruction, args: Map<string, string>, fallback: Map<string, string>) => {
    const words = splitWords(instruction.value, { escape, variables: (name) => args.get(name) ?? fallback.get(name) });
    for (const word of words) {
      const [, name = '', value] = /^([^=]+)(?:=([^]*))?$/.exec(word) ?? [];
      usedArgs.add(name);
      const given = buildArgs[name] ?? value ?? fallback.get(name);
      if (given !== undefined) args.set(name, given);
    }
  };

  for (const instruction of globals) {
    announce(instruction);
    declare(instruction, globalArgs, new Map());
  }
  let image: LocalImage | undefined;
  for (const stage of stages) {
    const state = await beginStage(stage);
    for (const instruction of stage.instructions) {
      announce(instruction);
      await carryOut(state, instruction);
    }
    if (stage === stages.at(-1) && Object.keys(request.labels).length > 0) {
      const pairs = Object.entries(request.labels).sort(([a], [b]) => (a < b ? -1 : 1));
      state.config = { ...state.config, Labels: { ...state.config.Labels, ...Object.fromEntries(pairs) } };
      note(state, `LABEL ${pairs.map(([name, value]) => `${name}=${value}`).join(' ')}`);
    }
    image = await save(state);
    done.push({ name: stage.name, state, image });
  }
  const unused = Object.keys(buildArgs).filter((name) => !usedArgs.has(name) && !predefined.has(name));
  if (unused.length > 0) emit(`[Warning] One or more build-args [${unused.join(' ')}] were not consumed\n`);
  return image as LocalImage;

  async function beginStage(stage: Stage): Promise<StageState> {
    announce(stage.from);
    const reference = expandWord(stage.from.value, { escape, variables: (name) => globalArgs.get(name) });
    if (reference === '') {
      throw new DockerError(400, `base name (${stage.from.value}) should not be blank`);
    }
    const before = done.find((item) => item.name === reference.toLowerCase());
    if (before !== undefined) {
      emit(` ---> ${short(before.image)}\n`);
      return stateOf(before.image.config, new Map(before.state.tree));
    }
    if (reference === 'scratch') {
      emit(' ---> \n');
      return stateOf(NO_IMAGE, new Map());
    }
    const base = await request.findImage(reference);
    emit(` ---> ${short(base)}\n`);
    const state = stateOf(base.config, await loadTree(base));
    const triggers = state.config.OnBuild ?? [];
    if (triggers.length === 0) return state;
    const { OnBuild: _triggers, ...config } = state.config;
    state.config = config;
    emit(`# Executing ${triggers.length} build trigger${triggers.length === 1 ? '' : 's'}\n`);
    for (const trigger of triggers) await carryOut(state, parseInstruction(trigger, stage.from.line));
    return state;
  }

  function stateOf({ config = {}, rootfs, history = [] }: typeof NO_IMAGE, tree: FileTree): StageState {
    return { tree, diffIds: rootfs.diff_ids, config, history, author: undefined, hasCmd: false, args: new Map() };
  }

  async function loadTree({ config }: LocalImage): Promise<FileTree> {
    const tree: FileTree = new Map();
    for (const diffId of config.rootfs.diff_ids) {
      await readTar(await table.layers.read(diffId), tree, { dir: request.dir, whiteouts: true });
    }
    return tree;
  }

  async function carryOut(state: StageState, instruction: Instruction): Promise<LocalImage> {
    const { keyword, value, line } = instruction;
    const variables = (name: string) => {
      const set = (state.config.Env ?? []).find((item) => item.startsWith(`${name}=`));
      return (
        set?.slice(name.length + 1) ??
        state.args.get(name) ??
        (predefined.has(name) ? (buildArgs[name] ?? undefined) : undefined)
      );
    };
    if (keyword === 'RUN') {
      throw new DockerError(
        501,
        `RUN needs a real Docker Engine: the sandbox's stand-in executes nothing (line ${line}: ${instruction.text}). Start Docker, or set DOCKER_HOST, and start the sandbox again; or copy files that are ready instead of making them in the build.`,
      );
    }
    if (keyword === 'ARG') declare(instruction, state.args, globalArgs);
    else if (keyword === 'MAINTAINER') state.author = value;
    else if (keyword === 'COPY' || keyword === 'ADD') {
      await copy(state, instruction, variables);
      return tell(state);
    } else {
      const after = applyInstruction(state.config, instruction, { variables, escape, hasCmd: state.hasCmd });
      if (after !== undefined) state.config = after;
      if (keyword === 'CMD') state.hasCmd = true;
      const folder = (state.config.WorkingDir ?? '').replace(/^\/+/, '');
      if (keyword === 'WORKDIR' && folder !== '' && state.tree.get(folder)?.type !== 'directory') {
        const added = planCopy(
          { keyword: 'COPY', sources: ['.'], destination: `/${folder}/`, workingDir: '/', owner: { uid: 0, gid: 0 } },
          { tree: new Map(), missing: (path) => path },
          state.tree,
        );
        await addLayer(state, withTime(added, newest), `WORKDIR /${folder}`);
        return tell(state);
      }
    }
    note(state, instruction.text);
    return tell(state);
  }

  async function copy(
    state: StageState,
    { keyword, value, flags, json, line }: Instruction,
    variables: (name: string) => string | undefined,
  ): Promise<void> {
    if (flags['chmod'] !== undefined) {
      throw new DockerError(
        400,
        'the --chmod option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled',
      );
    }
    const words =
      json?.map((word) => expandWord(word, { escape, variables })) ?? splitWords(value, { escape, variables });
    const destination = words.at(-1);
    if (words.length < 2 || destination === undefined) {
      throw new DockerError(
        400,
        `dockerfile parse error line ${line}: ${keyword} requires at least two arguments, but only one was provided. Destination could not be determined.`,
      );
    }
    const sources = words.slice(0, -1);
    const remote = keyword === 'ADD' ? sources.find((source) => /^(?:https?|ftp|git):\/\//.test(source)) : undefined;
    if (remote !== undefined) {
      throw new DockerError(501, `ADD failed: the sandbox's Docker stand-in fetches nothing from outside: ${remote}`);
    }
    const findText = async (path: string) => {
      const file = state.tree.get(path)?.content;
      return file === undefined ? undefined : readFile(file, 'utf8');
    };
    const chown = flags['chown'] === undefined ? undefined : expandWord(flags['chown'], { escape, variables });
    const owner = await parseOwner(chown, findText);
    const workingDir = state.config.WorkingDir ?? '/';
    const plan = { keyword: keyword as 'COPY' | 'ADD', sources, destination, workingDir, owner };
    const added = planCopy(plan, await sourceOf(flags['from']), state.tree);
    const shown = `${keyword} ${words.join(' ')}`;
    await addLayer(state, keyword === 'ADD' ? await unpackArchives(added) : added, shown);
  }

  async function sourceOf(from: string | undefined): Promise<CopySource> {
    if (from === undefined) {
      const missing = (path: string) => {
        return `file not found in build context or excluded by .dockerignore: stat ${path}: file does not exist`;
      };
      return { tree: context, missing };
    }
    const missing = (path: string) => `stat ${path}: file does not exist`;
    const stage =
      done.find((item) => item.name === from.toLowerCase()) ?? (/^\d+$/.test(from) ? done[Number(from)] : undefined);
    if (stage !== undefined) return { tree: stage.state.tree, missing };
    if (/^\d+$/.test(from)) throw new DockerError(400, `invalid from flag value ${from}: index out of bounds`);
    try {
      return { tree: await loadTree(await request.findImage(from)), missing };
    } catch (cause) {
      throw new DockerError(400, `invalid from flag value ${from}: ${(cause as Error).message}`);
    }
  }

  /** ADD unpacks a local tar, packed with gzip or not, where it would have put it. */
  async function unpackArchives(added: FileTree): Promise<FileTree> {
    const all: FileTree = new Map(added);
    for (const [path, { content }] of added) {
      if (content === undefined || !(await isArchive(content))) continue;
      const inner: FileTree = new Map();
      await readTar(createReadStream(content), inner, { dir: request.dir, whiteouts: false });
      all.delete(path);
      const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
      for (const [name, entry] of inner) all.set(folder + name, entry);
    }
    return all;
  }

  async function addLayer(state: StageState, added: FileTree, text: string): Promise<void> {
    const diffId = await writeLayer(added, table.layers);
    state.diffIds = [...state.diffIds, diffId];
    for (const [path, entry] of added) {
      const before = state.tree.get(path);
      if (before !== undefined && (before.type !== 'directory' || entry.type !== 'directory'))
        removePath(state.tree, path);
      state.tree.set(path, entry);
    }
    state.history = [...state.history, { created, created_by: `/bin/sh -c #(nop) ${text}` }];
  }

  function note(state: StageState, text: string): void {
    const entry = { created, created_by: `/bin/sh -c #(nop)  ${text}`, empty_layer: true };
    state.history = [...state.history, entry];
  }

  async function tell(state: StageState): Promise<LocalImage> {
    const now = await save(state);
    emit(` ---> ${short(now)}\n`);
    return now;
  }

  function save({ config, diffIds, history, author }: StageState): Promise<LocalImage> {
    const file: ImageConfig = {
      architecture: request.architecture,
      os: 'linux',
      created,
      ...(author === undefined ? {} : { author }),
      config,
      rootfs: { type: 'layers', diff_ids: diffIds },
      history,
    };
    return table.preview(JSON.stringify(file));
  }
}

function withTime(tree: FileTree, mtimeMs: number): FileTree {
  return new Map([...tree].map(([path, entry]) => [path, { ...entry, mtimeMs }]));
}

function short({ id }: LocalImage): string {
  return id.slice('sha256:'.length, 'sha256:'.length + 12);
}

function selectStages({ stages }: Dockerfile, target: string | undefined): readonly Stage[] {
  if (target === undefined || target === '') return stages;
  const named = stages.findIndex((stage) => stage.name === target.toLowerCase());
  const index = named >= 0 ? named : /^\d+$/.test(target) ? Number(target) : -1;
  if (index >= 0 && index < stages.length) return stages.slice(0, index + 1);
  throw new DockerError(400, `failed to reach build target ${target} in Dockerfile`);
}

/** gzip by its magic, or `ustar` at its place in the first header. */
async function isArchive(file: string): Promise<boolean> {
  let head = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { end: 511 })) head = Buffer.concat([head, chunk as Buffer]);
  if (head.subarray(257, 262).toString('latin1') === 'ustar') return true;
  if (head[0] !== 0x1f || head[1] !== 0x8b) return false;
  // gzip of anything else is copied as it is.
  const { createGunzip } = await import('node:zlib');
  const unpacked = createReadStream(file).pipe(createGunzip());
  let start = Buffer.alloc(0);
  try {
    for await (const chunk of unpacked) {
      start = Buffer.concat([start, chunk as Buffer]);
      if (start.length >= 512) break;
    }
  } catch {
    return false; // not gzip after all
  }
  return start.subarray(257, 262).toString('latin1') === 'ustar';
}
