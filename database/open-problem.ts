// Why a database file cannot be opened, for the person who starts the product.

/** @returns an Error with one sentence that names the file and what to do; what is no problem of the file comes back as it is */
export function describeOpenProblem(error: unknown, file: string): unknown {
  const code = codeOf(error) || codeOf((error as Error | undefined)?.cause);
  const sentence = sentenceFor(code, file);
  return sentence === undefined ? error : new Error(sentence, { cause: error });
}

function sentenceFor(code: string, file: string): string | undefined {
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    return `${file} is not a database, or a damaged one (${code}): put back a backup, or move it away to begin with an empty one.`;
  }
  if (/^(EISDIR|EACCES|EPERM|EROFS|SQLITE_(CANTOPEN|READONLY|PERM))/.test(code)) {
    return `The database ${file} cannot be opened (${code}): let this account read and write it, or set DATABASE_URL.`;
  }
  if (/^(ENOSPC|SQLITE_FULL)/.test(code)) return `The disk that holds ${file} is full (${code}): make room first.`;
  if (/^SQLITE_BUSY/.test(code)) return `Another program holds the database ${file} locked (${code}): close it first.`;
  return undefined;
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
};
