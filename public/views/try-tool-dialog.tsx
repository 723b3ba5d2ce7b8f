// Tries a tool outside of any room: its arguments as a form or as JSON, and what it answers.
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { RouteResult } from '../../src/protocol/api.ts';
import type { ServerTool } from '../../src/protocol/mcp-models.ts';
import { Dialog } from '../components/dialog.tsx';
import { Alert, useAction } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { call } from '../lib/api.ts';
import { desk, formatTook } from '../lib/desk-words.ts';
import { words } from '../lib/i18n.ts';
import {
  type ArgumentField,
  type ArgumentProblem,
  type Arguments,
  exampleOf,
  fieldsOf,
  readFields,
  readJson,
} from '../lib/tool-form.ts';

interface TryToolDialogProps {
  tool: ServerTool;
  onClose: () => void;
}

type Answer = RouteResult<'mcpTryTool'>;

export function TryToolDialog({ tool, onClose }: TryToolDialogProps) {
  const text = desk.value;
  const formId = useId();
  const fields = fieldsOf(tool.inputSchema);
  const isJson = useSignal(fields === undefined);
  const problems = useSignal<Record<string, ArgumentProblem>>({});
  const jsonProblem = useSignal<string | undefined>(undefined);
  const answer = useSignal<Answer | undefined>(undefined);
  const action = useAction();

  const readArguments = (form: HTMLFormElement): Arguments | undefined => {
    const data = new FormData(form);
    const textOf = (name: string) => String(data.get(name) ?? '');
    if (isJson.peek() || !fields) {
      const read = readJson(textOf('json'));
      jsonProblem.value = 'args' in read ? undefined : read.why ? text.notJson(read.why) : text.notObject;
      return 'args' in read ? read.args : undefined;
    }
    const read = readFields(fields, (name) => textOf(`arg:${name}`));
    problems.value = 'problems' in read ? read.problems : {};
    return 'args' in read ? read.args : undefined;
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const args = readArguments(form);
    if (!args) return requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
    answer.value = undefined;
    void action.run(async () => {
      answer.value = await call('mcpTryTool', { body: { server: tool.server, tool: tool.name, args } });
    });
  };
  const footer = (
    <>
      <button class="btn" type="button" onClick={onClose}>
        {words.value.app.close}
      </button>
      <button class="btn primary" type="submit" form={formId} aria-disabled={action.isBusy}>
        {action.isBusy ? text.runningNow : text.run}
      </button>
    </>
  );
  return (
    <Dialog title={text.tryTitle(`${tool.server}.${tool.name}`)} class="wide" onClose={onClose} footer={footer}>
      <form id={formId} class="stacked try-tool" noValidate onSubmit={submit}>
        {tool.reads ? (
          <p class="help">{text.tryHelp}</p>
        ) : (
          <p class="note warn">
            <Icon name="warn" />
            <span>{text.tryWrites}</span>
          </p>
        )}
        {fields && fields.length > 0 && (
          <Choice
            isJson={isJson.value}
            onChoose={(next) => {
              isJson.value = next;
            }}
          />
        )}
        {fields?.length === 0 && <p class="help">{text.noArguments}</p>}
        {(isJson.value || !fields) && <JsonField text={exampleOf(fields)} problem={jsonProblem.value} />}
        {!isJson.value &&
          fields?.map((field) => <Argument key={field.name} field={field} problem={problems.value[field.name]} />)}
      </form>
      {action.error && <Alert>{action.error}</Alert>}
      {answer.value && <Result answer={answer.value} />}
    </Dialog>
  );
}

function Choice({ isJson, onChoose }: { isJson: boolean; onChoose: (isJson: boolean) => void }) {
  const text = desk.value;
  return (
    <fieldset class="seg">
      <legend class="sr">{text.arguments}</legend>
      {[false, true].map((json) => (
        <label key={String(json)}>
          <input type="radio" name="as" checked={isJson === json} onChange={() => onChoose(json)} />
          <span>{json ? text.asJson : text.asForm}</span>
        </label>
      ))}
    </fieldset>
  );
}

function JsonField({ text, problem }: { text: string; problem: string | undefined }) {
  const id = useId();
  return (
    <div>
      <label class="lbl" for={id}>
        {desk.value.argumentsJson}
      </label>
      <textarea
        id={id}
        name="json"
        class="area mono"
        rows={6}
        spellcheck={false}
        defaultValue={text}
        aria-invalid={problem ? 'true' : undefined}
        aria-describedby={problem ? `${id}-error` : undefined}
      />
      {problem && (
        <p class="help bad" id={`${id}-error`}>
          {problem}
        </p>
      )}
    </div>
  );
}

function Argument({ field, problem }: { field: ArgumentField; problem: ArgumentProblem | undefined }) {
  const text = desk.value;
  const id = useId();
  const about = problem ? `${id}-error` : field.help ? `${id}-help` : undefined;
  const common = {
    id,
    name: `arg:${field.name}`,
    'aria-invalid': problem ? ('true' as const) : undefined,
    'aria-describedby': about,
    'aria-required': field.isRequired,
  };
  return (
    <div>
      <label class="lbl" for={id}>
        <span class="mono">{field.name}</span> {field.isRequired && <span class="meta">{text.needed}</span>}
      </label>
      <div class="field">
        {field.kind === 'flag' || field.kind === 'choice' ? (
          <select {...common}>
            <option value="">{text.leaveOut}</option>
            {(field.kind === 'flag' ? ['true', 'false'] : (field.choices ?? []).map(String)).map((one) => (
              <option key={one} value={one} selected={one === field.preset}>
                {field.kind === 'flag' ? (one === 'true' ? text.yes : text.no) : one}
              </option>
            ))}
          </select>
        ) : (
          <input
            {...common}
            type="text"
            inputMode={field.kind === 'number' || field.kind === 'whole' ? 'decimal' : undefined}
            class={field.kind === 'json' ? 'mono' : undefined}
            autocomplete="off"
            defaultValue={field.preset}
          />
        )}
      </div>
      {problem ? (
        <p class="help bad" id={`${id}-error`}>
          {text.argumentProblem(problem)}
        </p>
      ) : (
        field.help && (
          <p class="help" id={`${id}-help`} lang="en">
            {field.help}
          </p>
        )
      )}
    </div>
  );
}

/** Shown as text and nothing else: a stranger wrote it. */
function Result({ answer }: { answer: Answer }) {
  const text = desk.value;
  const isGood = answer.outcome === 'ok';
  return (
    <section class="try-result" aria-label={text.result} role="status">
      <p class="row">
        <span class={`tag ${isGood ? 'ok' : 'bad'}`}>{text.outcomes(answer.outcome)}</span>
        <span class="meta">{formatTook(answer.tookMs)}</span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0}>{answer.text}</pre>
      {answer.images > 0 && <p class="help">{text.images(answer.images)}</p>}
    </section>
  );
}
