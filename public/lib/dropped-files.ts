// The files of a drop or a paste. A folder brings the files in it, but not what the system keeps there for itself.

const MOST_FILES = 200;
/** Traces of file managers and of programs that have a document open. */
const NOT_MEANT = /^(\.|~\$|Thumbs\.db$|desktop\.ini$)/i;

export const carriesFiles = (transfer: DataTransfer | null): boolean => transfer?.types.includes('Files') ?? false;

/** Must be called before the event is over: afterwards the browser has emptied it. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...transfer.files];
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const files: File[] = [];
  for (const entry of entries) if (entry) await collect(entry, files);
  return files;
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= MOST_FILES || NOT_MEANT.test(entry.name)) return;
  if (entry.isFile) {
    const file = await new Promise<File | undefined>((resolve) => {
      (entry as FileSystemFileEntry).file(resolve, () => resolve(undefined));
    });
    if (file) files.push(file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0) return;
    for (const one of some.toSorted((a, b) => a.name.localeCompare(b.name))) await collect(one, files);
  }
}

/**
 * Files of a paste; none when it is text that brings a picture of itself along, as spreadsheets and word processors do.
 * @param nameOf gives a picture without a name of its own one
 */
export function pastedFiles(transfer: DataTransfer | null, nameOf: () => string): File[] {
  if (!transfer || transfer.files.length === 0 || transfer.getData('text/plain').trim() !== '') return [];
  return [...transfer.files].map((file) => {
    if (!/^image\.(png|jpe?g)$/i.test(file.name)) return file;
    return new File([file], `${nameOf()}.${file.name.split('.').pop()}`, { type: file.type });
  });
}
