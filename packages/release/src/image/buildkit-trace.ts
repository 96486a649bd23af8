import type { EngineEvent } from './events.js';

/** Event under which BuildKit's own progress comes. */
const TRACE = 'moby.buildkit.trace';

/**
 * BuildKit's progress as the classic builder's text: steps as they begin, and what they write. Undefined for other events.
 *
 * The engine wraps `moby.buildkit.v1.StatusResponse` in base64. Dockerode reads it too, but only as the owner of the whole
 * stream, with the faults that `readEvents` is there to avoid; four fields are all that a log needs.
 *
 * @see https://github.com/moby/buildkit/blob/master/api/services/control/control.proto
 */
export function readTrace({ id, aux }: EngineEvent): string | undefined {
  if (id !== TRACE) return undefined;
  if (typeof aux !== 'string') return '';
  let text = '';
  for (const { field, bytes } of fieldsOf(Buffer.from(aux, 'base64'))) {
    if (field === 1) text += stepOf(bytes);
    if (field === 3) text += textOf(bytes, 4);
  }
  return text;
}

function stepOf(vertex: Buffer): string {
  const name = textOf(vertex, 3);
  const error = textOf(vertex, 7);
  const numbers = [...fieldsOf(vertex)].map(({ field }) => field);
  const [isCached, isStarted, isCompleted] = [4, 5, 6].map((field) => numbers.includes(field));
  if (error !== '') return `${name}: ${error}\n`;
  if (isCached) return `${name} (cached)\n`;
  return isStarted && !isCompleted ? `${name}\n` : '';
}

function textOf(message: Buffer, wanted: number): string {
  for (const { field, bytes } of fieldsOf(message)) if (field === wanted) return bytes.toString('utf8');
  return '';
}

/** Fields of a protobuf message; numbers have no bytes. What breaks off ends the message. */
function* fieldsOf(message: Buffer): Generator<{ readonly field: number; readonly bytes: Buffer }> {
  let at = 0;
  const readNumber = (): number => {
    let value = 0;
    for (let shift = 1; at < message.length; shift *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < message.length) {
    const key = readNumber();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    let bytes: Buffer = Buffer.alloc(0);
    if (wire === 0) readNumber();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = readNumber();
      bytes = message.subarray(at, at + length);
      at += length;
    } else return;
    yield { field, bytes };
  }
}
