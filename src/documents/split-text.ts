// Cuts text that is too long for one passage where it hurts least: between lines, sentences, words.

/** After a full stop that ends a sentence, not a number, an initial or one of the usual short forms. */
const SENTENCE_END =
  /(?<![\s.(]\p{L}|\b(?:no|pt|cv|tbk|rp|dr|ir|drs|jl|dll|dsb|dst|hal|s\.?d|a\.?n|u\.?p|mr|mrs|vs|etc|e\.g|i\.e))[.!?;:]["”’)]*\s+/giu;

/** Parts of at most `most` units which, put together with white space, are the text; each stands in it as it is. */
export function* splitText(text: string, most: number): Generator<string> {
  let from = 0;
  while (text.length - from > most) {
    const end = from + cutWithin(text.slice(from, from + most));
    yield text.slice(from, end).trim();
    from = end;
  }
  yield from === 0 ? text : text.slice(from).trim();
}

/** Where to cut a piece that is just too long, not in its first half. */
function cutWithin(piece: string): number {
  const half = piece.length / 2;
  const line = piece.lastIndexOf('\n');
  if (line > half) return line;
  let sentence = 0;
  for (const end of piece.matchAll(SENTENCE_END)) sentence = end.index + end[0].length;
  if (sentence > half) return sentence;
  const space = piece.search(/\s\S*$/);
  if (space > half) return space;
  // A run without any break: never between the halves of one character.
  return /[\ud800-\udbff]$/.test(piece) ? piece.length - 1 : piece.length;
}
