import type { Writable } from 'node:stream';
import type { ContainerSession, Fields, KubeObject } from '../kube-api.js';
import type { PulledImage } from './image-store.js';

/** A folder or file of the node seen at a path in the container. */
export interface Mount {
  readonly source: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
}

/** Everything that a container is started with. */
export interface ContainerRequest {
  /** 64 hex digits. */
  readonly id: string;
  readonly pod: KubeObject;
  /** The container of the pod's spec. */
  readonly container: Fields;
  readonly image: PulledImage;
  /** `command` and `args` of the pod, or the image's, with variables filled in. */
  readonly argv: readonly string[];
  /** Of the pod; the image's own is not in it. */
  readonly env: Readonly<Record<string, string>>;
  /** In the container. */
  readonly workingDir: string;
  readonly mounts: readonly Mount[];
  /** A folder for this one start, made. */
  readonly dir: string;
  readonly podIp: string;
  /** Is it one of the init containers? */
  readonly init: boolean;
  /** Takes the container's output. @param stream @default 'stdout' */
  readonly log: (chunk: Uint8Array, stream?: 'stdout' | 'stderr') => void;
}

/** How a container ended. */
export interface ContainerExit {
  /** 128 + n for signal n. */
  readonly exitCode: number;
  /** What it left in its termination log. */
  readonly message?: string;
}

/** Result of a command run inside a container. */
export interface ExecResult {
  readonly exitCode: number;
  readonly output: string;
}

/** A command to run inside a container. */
export interface SessionRequest {
  readonly argv: readonly string[];
  /** Will anything be written to it? */
  readonly stdin: boolean;
  /** Ask for a terminal: output and errors come as one. */
  readonly tty: boolean;
}

/** A started container. */
export interface ContainerHandle {
  /** Never rejects. */
  readonly exited: Promise<ContainerExit>;
  /** Where other pods reach it, if that is not the pod's own address. */
  readonly address?: string;
  /** Asks it to end, and ends it after the grace. Resolves when it has ended. */
  stop(graceMs: number): Promise<void>;
  /** Runs a command beside the container's own. */
  exec(argv: readonly string[], timeoutMs: number): Promise<ExecResult>;
  /** Runs a command and hands over its streams. Absent where nothing runs. @throws {StartError} when it cannot be started */
  readonly open?: (request: SessionRequest) => Promise<ContainerSession>;
  /** Input of the container's own program, where its spec asks for one. */
  readonly stdin?: Writable;
  /** Are probes answered without asking? So it is where nothing runs. */
  readonly simulated: boolean;
}

/** One way of running containers. */
export interface ContainerRuntime {
  readonly kind: 'docker' | 'process' | 'simulated';
  /** @throws {PullError} when there is no such image */
  pull(reference: string): Promise<PulledImage>;
  /** @throws {StartError} when the command cannot be started */
  start(request: ContainerRequest): Promise<ContainerHandle>;
  /** Ends and removes all that was started. */
  close(): Promise<void>;
}

/** The image could not be had. */
export class PullError extends Error {
  static {
    this.prototype.name = 'PullError';
  }
}

/** The container could not be started. */
export class StartError extends Error {
  static {
    this.prototype.name = 'StartError';
  }
}

/** What the runtime of the container engine says of a command that is not there. */
export function missingCommand(command: string): StartError {
  if (command === '') return new StartError('no command specified');
  const why = command.includes('/')
    ? `stat ${command}: no such file or directory`
    : 'executable file not found in $PATH';
  return new StartError(
    `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ` +
      `exec: ${JSON.stringify(command)}: ${why}: unknown`,
  );
}
