// The port between nodes: publish to all, ask one. In-process today; with several nodes only the engine changes.

/** Topics that all nodes hear. */
export interface BusTopics {
  /** Sockets of these sessions (or of the whole account when `sessionIds` is absent) must close. */
  'session:ended': { userId: string; sessionIds?: string[] };
}

/** Questions that the node owning a turn answers. */
export interface BusRequests {
  /** Ends the turn with reason `stopped`, naming who stopped it; false when that node does not run it (any more). */
  'turn:stop': { request: { turnId: string; byName?: string }; response: boolean };
  /** Decides about a call that waits for a person; false when nothing of that kind waits there. */
  'turn:approve': {
    request: { turnId: string; stepId: string; decision: 'once' | 'room' | 'no' };
    response: boolean;
  };
  /** Shows everybody the arguments of such a call; false as above. */
  'turn:show': { request: { turnId: string; stepId: string }; response: boolean };
  /** The answer so far and the offset of its next delta. */
  'turn:snapshot': { request: { turnId: string }; response: { text: string; offset: number } | undefined };
}

export interface Bus {
  readonly id: string;
  /** Delivers to every subscriber on every node, at least once, in order per publisher. */
  publish<T extends keyof BusTopics>(topic: T, payload: BusTopics[T]): void;
  /** @returns a function that unsubscribes */
  subscribe<T extends keyof BusTopics>(topic: T, listener: (payload: BusTopics[T]) => void): () => void;
  /**
   * Asks the responder on node `nodeId`.
   * @throws AppError `unavailable` when nobody answers within `timeoutMs`
   */
  request<R extends keyof BusRequests>(
    nodeId: string,
    name: R,
    request: BusRequests[R]['request'],
    options?: { timeoutMs?: number },
  ): Promise<BusRequests[R]['response']>;
  respond<R extends keyof BusRequests>(
    name: R,
    responder: (request: BusRequests[R]['request']) => Promise<BusRequests[R]['response']> | BusRequests[R]['response'],
  ): () => void;
  check(): Promise<{ ok: boolean; detail?: string }>;
  close(): Promise<void>;
}
