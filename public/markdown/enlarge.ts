// Opens the diagram of the pressed button by itself.
import { showDialog } from '../state/ui.ts';

export function enlargeDiagram(event: Event): void {
  const image = (event.currentTarget as Element).closest('figure')?.querySelector<HTMLImageElement>('.drawing img');
  if (image) showDialog({ name: 'diagram', address: image.src, label: image.alt, width: image.width });
}
