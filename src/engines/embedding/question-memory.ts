// Remembers the vectors of questions, and asks once for what several want at the same time.

export interface QuestionMemory {
  get(text: string): Promise<Float32Array>;
}

const MOST_QUESTIONS = 500;

export function createQuestionMemory(ask: (text: string) => Promise<Float32Array>): QuestionMemory {
  /** The least recently asked first. */
  const kept = new Map<string, Promise<Float32Array>>();
  return {
    get(text) {
      const known = kept.get(text);
      kept.delete(text);
      const answer = known ?? ask(text);
      kept.set(text, answer);
      if (!known) {
        // A failure is not remembered.
        answer.catch(() => kept.get(text) === answer && kept.delete(text));
        if (kept.size > MOST_QUESTIONS) kept.delete(kept.keys().next().value!);
      }
      return answer;
    },
  };
}
