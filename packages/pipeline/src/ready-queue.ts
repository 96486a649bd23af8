/** Items in the order they should start. */
export interface ReadyQueue<Item> {
  push(item: Item): void;
  /** The first item by the order, or `undefined` when there is none. */
  pop(): Item | undefined;
  /** What `pop` would give. */
  peek(): Item | undefined;
}

/** Makes a binary heap; `isBefore` must be a strict order. */
export function createReadyQueue<Item>(isBefore: (one: Item, other: Item) => boolean): ReadyQueue<Item> {
  const heap: Item[] = [];
  const at = (index: number) => heap[index] as Item;
  const swap = (one: number, other: number) => {
    [heap[one], heap[other]] = [at(other), at(one)];
  };
  return {
    peek: () => heap[0],
    push(item) {
      heap.push(item);
      for (let child = heap.length - 1; child > 0;) {
        const parent = (child - 1) >> 1;
        if (!isBefore(at(child), at(parent))) return;
        swap(child, parent);
        child = parent;
      }
    },
    pop() {
      if (heap.length < 2) return heap.pop();
      const first = at(0);
      heap[0] = heap.pop() as Item;
      for (let parent = 0; ;) {
        const left = 2 * parent + 1;
        const right = left + 1;
        let least = parent;
        if (left < heap.length && isBefore(at(left), at(least))) least = left;
        if (right < heap.length && isBefore(at(right), at(least))) least = right;
        if (least === parent) return first;
        swap(parent, least);
        parent = least;
      }
    },
  };
}
