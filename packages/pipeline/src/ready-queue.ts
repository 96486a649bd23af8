/** Numbers in ascending order, whatever the order they came in. */
export interface ReadyQueue {
  push(turn: number): void;
  /** The lowest number, which is taken out; `undefined` when there is none. */
  pop(): number | undefined;
  /** What `pop` would give. */
  peek(): number | undefined;
}

/** Makes a binary heap. */
export function createReadyQueue(): ReadyQueue {
  const heap: number[] = [];
  const at = (index: number) => heap[index] as number;
  return {
    peek: () => heap[0],
    push(turn) {
      let child = heap.length;
      heap.push(turn);
      while (child > 0) {
        const parent = (child - 1) >> 1;
        if (at(parent) <= turn) break;
        heap[child] = at(parent);
        child = parent;
      }
      heap[child] = turn;
    },
    pop() {
      const first = heap[0];
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return first;
      let parent = 0;
      for (let child = 1; child < heap.length; child = 2 * parent + 1) {
        if (child + 1 < heap.length && at(child + 1) < at(child)) child += 1;
        if (at(child) >= last) break;
        heap[parent] = at(child);
        parent = child;
      }
      heap[parent] = last;
      return first;
    },
  };
}
