// The list of keys. Opened with ? wherever nothing is being written.
import '../styles/palette.css';
import { Dialog } from '../components/dialog.tsx';
import { moreWords } from '../lib/more-words.ts';
import { closeDialog } from '../state/ui.ts';

type Shortcut = [what: string, keys: string[]];

export function ShortcutsDialog() {
  const { shortcuts: text } = moreWords.value;
  const groups: [title: string, list: Shortcut[]][] = [
    [
      text.groups.everywhere,
      [
        [text.palette, ['Ctrl', 'K']],
        [text.help, ['?']],
        [text.rooms, ['Alt', '↑', '↓']],
        [text.regions, ['F6']],
        [text.stop, ['Ctrl', '.']],
        [text.escape, ['Esc']],
      ],
    ],
    [
      text.groups.writing,
      [
        [text.send, ['Enter']],
        [text.newLine, ['Shift', 'Enter']],
        [text.editLast, ['↑']],
        [text.mention, ['@']],
      ],
    ],
    [
      text.groups.message,
      [
        [text.walk, ['↑', '↓']],
        [text.end, ['End']],
        [text.reply, ['R']],
        [text.react, ['+']],
        [text.edit, ['E']],
        [text.pin, ['P']],
        [text.forward, ['F']],
        [text.copyLink, ['L']],
      ],
    ],
  ];
  return (
    <Dialog title={text.title} onClose={closeDialog} class="wide">
      <div class="stacked">
        {groups.map(([title, list]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl class="shortcut-list">
              {list.map(([what, keys]) => (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <p class="help">{text.note}</p>
      </div>
    </Dialog>
  );
}
