// A labelled text field with its help and its error, and a hook for forms that send one thing at a time.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { words } from '../lib/i18n.ts';
import { describeError } from '../state/sentences.ts';
import { Icon } from './icon.tsx';

/** What the server asks of a new password. */
export const PASSWORD_LENGTH = 12;

interface FieldProps {
  label: string;
  /** Read from the form when it is sent. */
  name: string;
  type?: 'text' | 'email' | 'password';
  value?: string | undefined;
  placeholder?: string;
  autocomplete?: string;
  list?: string;
  maxLength?: number;
  disabled?: boolean;
  autoFocus?: boolean;
  onInput?: () => void;
  help?: string | undefined;
  error?: string | undefined;
  after?: ComponentChildren;
}

export function Field({ label, help, error, after, value, autocomplete = 'off', type = 'text', ...input }: FieldProps) {
  const id = useId();
  const described = error ? `${id}-error` : help ? `${id}-help` : undefined;
  return (
    <div>
      <label class="lbl" for={id}>
        {label}
      </label>
      <div class="field">
        <input
          {...input}
          type={type as 'text'}
          defaultValue={value}
          autocomplete={autocomplete as 'off'}
          id={id}
          aria-invalid={error ? 'true' : undefined}
          aria-describedby={described}
        />
        {after}
      </div>
      {error ? (
        <p class="help bad" id={`${id}-error`}>
          {error}
        </p>
      ) : (
        help && (
          <p class="help" id={`${id}-help`}>
            {help}
          </p>
        )
      )}
    </div>
  );
}

export function PasswordField(props: Omit<FieldProps, 'type' | 'after'>) {
  const isShown = useSignal(false);
  const toggle = (
    <button
      class="btn quiet icon sm"
      type="button"
      aria-label={words.value.start.showPassword}
      aria-pressed={isShown.value}
      onClick={() => {
        isShown.value = !isShown.value;
      }}
    >
      <Icon name="eye" />
    </button>
  );
  return <Field {...props} type={isShown.value ? 'text' : 'password'} after={toggle} />;
}

/** The text of a field by its name, trimmed. */
export function fieldText(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** Runs one action at a time and keeps what went wrong as a sentence. */
export function useAction() {
  const isBusy = useSignal(false);
  const failure = useSignal<unknown>(undefined);
  return {
    isBusy: isBusy.value,
    error: failure.value === undefined ? undefined : describeError(failure.value),
    failure: failure.value,
    /** @returns whether it succeeded */
    async run(action: () => Promise<unknown>): Promise<boolean> {
      if (isBusy.peek()) return false;
      isBusy.value = true;
      failure.value = undefined;
      try {
        await action();
        return true;
      } catch (error) {
        failure.value = error;
        return false;
      } finally {
        isBusy.value = false;
      }
    },
    clear() {
      failure.value = undefined;
    },
  };
}

/** What stops the person's own act: said at once. */
export function Alert({ children }: { children: ComponentChildren }) {
  return (
    <p class="note" role="alert">
      <Icon name="warn" />
      <span>{children}</span>
    </p>
  );
}
