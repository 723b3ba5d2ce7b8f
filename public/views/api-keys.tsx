// Your API keys, in your settings: make one, see it once, revoke it.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ApiKey, CreatedApiKey } from '../../src/protocol/models.ts';
import { MAX_NAME_UNITS } from '../../src/protocol/names.ts';
import { CopyButton } from '../components/copy-button.tsx';
import { Alert, Field, fieldText, useAction } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { call } from '../lib/api.ts';
import { formatMoment, words } from '../lib/i18n.ts';
import { moreWords } from '../lib/more-words.ts';
import { copyText } from '../state/message-actions.ts';
import { describeError } from '../state/sentences.ts';

const LIFETIMES_DAYS = [30, 90, 365] as const;

export function ApiKeys() {
  const { keys: text } = moreWords.value;
  const { app } = words.value;
  const keys = useSignal<readonly ApiKey[]>([]);
  const failure = useSignal<unknown>(undefined);
  const fresh = useSignal<CreatedApiKey | undefined>(undefined);
  const isMaking = useSignal(false);
  const action = useAction();
  const load = async () => {
    try {
      keys.value = (await call('listApiKeys')).items;
      failure.value = undefined;
    } catch (error) {
      failure.value = error;
    }
  };
  useEffect(() => {
    void load();
  }, []);
  const onMade = (key: CreatedApiKey) => {
    fresh.value = key;
    isMaking.value = false;
    void load();
  };
  const revoke = (keyId: string) =>
    action.run(async () => {
      await call('revokeApiKey', { params: { keyId } });
      if (fresh.peek()?.id === keyId) fresh.value = undefined;
      await load();
    });
  return (
    <section class="keys" aria-label={text.title}>
      <div class="row">
        <h3 class="grow">{text.title}</h3>
        {!isMaking.value && (
          <button
            class="btn"
            type="button"
            onClick={() => {
              isMaking.value = true;
            }}
          >
            <Icon name="key" />
            {text.make}
          </button>
        )}
      </div>
      <p class="help">{text.help}</p>
      {isMaking.value && (
        <MakeKey
          onMade={onMade}
          onCancel={() => {
            isMaking.value = false;
          }}
        />
      )}
      {fresh.value && <FreshKey made={fresh.value} />}
      {action.error && <Alert>{action.error}</Alert>}
      {failure.value !== undefined && (
        <p class="help bad" role="alert">
          {text.loadFailed} {describeError(failure.value)}{' '}
          <button class="link" type="button" onClick={load}>
            {app.tryAgain}
          </button>
        </p>
      )}
      <ul class="people">
        {keys.value.map((key) => (
          <KeyRow key={key.id} apiKey={key} onRevoke={() => revoke(key.id)} />
        ))}
      </ul>
    </section>
  );
}

/** Revoking cannot be undone, and something may depend on it: asked once more, in the row itself. */
function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const { keys: text } = moreWords.value;
  const { app } = words.value;
  const isAsking = useSignal(false);
  const isExpired = apiKey.expiresAt !== undefined && Date.parse(apiKey.expiresAt) <= Date.now();
  const facts = [
    apiKey.scopes.includes('write') ? text.mayWrite : text.mayRead,
    apiKey.lastUsedAt ? text.lastUsed(formatMoment(apiKey.lastUsedAt)) : text.neverUsed,
    apiKey.expiresAt ? (isExpired ? text.expired : text.expires)(formatMoment(apiKey.expiresAt)) : text.neverExpires,
  ];
  return (
    <li>
      <Icon name="key" />
      <span class="grow">
        <b>{apiKey.name}</b> <code class="meta">{apiKey.prefix}…</code>
        <span class={`meta block${isExpired ? ' bad' : ''}`}>{facts.join(' · ')}</span>
      </span>
      {!isAsking.value && (
        <button
          class="btn quiet sm"
          type="button"
          aria-label={text.revokeName(apiKey.name)}
          onClick={() => {
            isAsking.value = true;
          }}
        >
          {text.revoke}
        </button>
      )}
      {isAsking.value && (
        <fieldset class="confirm row">
          <legend class="grow">{text.revokeQuestion}</legend>
          <button class="btn sm danger solid" type="button" onClick={onRevoke}>
            {text.revoke}
          </button>
          <button
            class="btn sm quiet"
            type="button"
            onClick={() => {
              isAsking.value = false;
            }}
          >
            {app.cancel}
          </button>
        </fieldset>
      )}
    </li>
  );
}

function MakeKey({ onMade, onCancel }: { onMade: (key: CreatedApiKey) => void; onCancel: () => void }) {
  const { keys: text } = moreWords.value;
  const { app } = words.value;
  const action = useAction();
  const nameError = useSignal<string | undefined>(undefined);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = fieldText(form, 'keyName');
    nameError.value = name ? undefined : text.nameEmpty;
    if (!name) return form.querySelector<HTMLInputElement>('[name="keyName"]')?.focus();
    const days = Number(fieldText(form, 'days'));
    const scopes = fieldText(form, 'scope') === 'write' ? (['read', 'write'] as const) : (['read'] as const);
    await action.run(async () => {
      const body = { name, scopes: [...scopes], ...(days > 0 ? { expiresInDays: days } : {}) };
      onMade(await call('createApiKey', { body }));
    });
  };
  return (
    <form class="stacked boxed" noValidate onSubmit={submit}>
      <Field
        label={text.name}
        name="keyName"
        placeholder={text.nameExample}
        maxLength={MAX_NAME_UNITS}
        autoFocus
        error={nameError.value}
      />
      <div class="pair">
        <div>
          <label class="lbl" for="key-scope">
            {text.scope}
          </label>
          <div class="field">
            <select id="key-scope" name="scope">
              <option value="read">{text.mayRead}</option>
              <option value="write">{text.mayWrite}</option>
            </select>
          </div>
        </div>
        <div>
          <label class="lbl" for="key-days">
            {text.lifetime}
          </label>
          <div class="field">
            <select id="key-days" name="days">
              {LIFETIMES_DAYS.map((days) => (
                <option key={days} value={days} selected={days === 90}>
                  {text.days(days)}
                </option>
              ))}
              <option value="0">{text.untilRevoked}</option>
            </select>
          </div>
        </div>
      </div>
      {action.error && <Alert>{action.error}</Alert>}
      <div class="row">
        <button class="btn primary" type="submit" aria-disabled={action.isBusy}>
          {text.make}
        </button>
        <button class="btn quiet" type="button" onClick={onCancel}>
          {app.cancel}
        </button>
      </div>
    </form>
  );
}

/** Shown once: the server keeps only a hash of it. */
function FreshKey({ made }: { made: CreatedApiKey }) {
  const { keys: text } = moreWords.value;
  return (
    <div class="fresh-link" role="status">
      <div class="row">
        <label class="field grow">
          <span class="sr">{text.keyOf(made.name)}</span>
          <input readOnly value={made.key} onFocus={(event) => event.currentTarget.select()} />
        </label>
        <CopyButton class="btn primary" label={text.copyKey} onCopy={() => copyText(made.key)} />
      </div>
      <p class="help">{text.once}</p>
    </div>
  );
}
