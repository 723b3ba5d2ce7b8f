// The text of answers being written. Deltas never pass through a component: whoever draws an answer listens to its stream.

export interface StreamListener {
  /** `text` comes after everything so far. */
  onAppend(text: string): void;
  /** The whole text changed (a fresh snapshot). */
  onReset(text: string): void;
}

export class AnswerStream {
  text = '';
  readonly #listeners = new Set<StreamListener>();

  /** @returns false when something between is missing: join again */
  append(offset: number, text: string): boolean {
    if (offset > this.text.length) return false;
    if (offset + text.length <= this.text.length) return true;
    const fresh = text.slice(this.text.length - offset);
    this.text += fresh;
    for (const listener of this.#listeners) listener.onAppend(fresh);
    return true;
  }

  /** The text so far as a snapshot tells it; nothing is drawn twice when it only continues what is known. */
  catchUp(text: string): void {
    if (text.startsWith(this.text)) {
      this.append(this.text.length, text.slice(this.text.length));
      return;
    }
    this.text = text;
    for (const listener of this.#listeners) listener.onReset(text);
  }

  /** @returns a function that ends it */
  listen(listener: StreamListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
