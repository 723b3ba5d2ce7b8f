// What people say about a document besides its content: of one that lies here, or of files on their way.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Document } from '../../src/protocol/document-models.ts';
import { DOCUMENT_KINDS, type DocumentKind } from '../../src/protocol/names.ts';
import { Dialog } from '../components/dialog.tsx';
import { Alert, Field, fieldText, useAction } from '../components/field.tsx';
import { words } from '../lib/i18n.ts';
import { updateDocument } from '../state/documents.ts';
import { closeDialog } from '../state/ui.ts';
import { changeDetails, type Details, detailsOf, toChange, type Upload, uploads } from '../state/uploads.ts';

const LONGEST_NAME = 255;
const LONGEST_DETAIL = 200;

export function DocumentDetailsDialog({ document }: { document: Document }) {
  const { documents } = words.value;
  const nameError = useSignal<string | undefined>(undefined);
  const save = async (details: Details, form: HTMLFormElement) => {
    const name = fieldText(form, 'name');
    nameError.value = name ? undefined : documents.nameEmpty;
    if (!name) return false;
    await updateDocument(document, { ...toChange(details), ...(name === document.name ? {} : { name }) });
    return true;
  };
  return (
    <DetailsForm title={documents.detailsTitle} details={detailsOf(document)} onSave={save}>
      <Field
        label={documents.name}
        name="name"
        value={document.name}
        maxLength={LONGEST_NAME}
        error={nameError.value}
        autoFocus
      />
    </DetailsForm>
  );
}

export function UploadDetailsDialog({ upload }: { upload: Upload }) {
  const { documents } = words.value;
  const isForAll = useSignal(false);
  const others = uploads.value.filter(
    (one) => one !== upload && one.place === upload.place && one.isForMessage === upload.isForMessage,
  );
  const save = async (details: Details) => {
    for (const one of isForAll.peek() ? [upload, ...others] : [upload]) await changeDetails(one, details);
    return true;
  };
  const choice = others.length > 0 && (
    <label class="check">
      <input
        type="checkbox"
        checked={isForAll.value}
        onChange={(event) => {
          isForAll.value = event.currentTarget.checked;
        }}
      />
      <span>{documents.forAll(others.length + 1)}</span>
    </label>
  );
  return (
    <DetailsForm
      title={documents.uploadTitle}
      subject={upload.file.name}
      details={upload.details.value}
      after={choice}
      onSave={save}
    />
  );
}

interface DetailsFormProps {
  title: string;
  subject?: string;
  details: Details;
  /** @returns whether the form is right and was saved */
  onSave: (details: Details, form: HTMLFormElement) => Promise<boolean>;
  children?: ComponentChildren;
  after?: ComponentChildren;
}

function DetailsForm({ title, subject, details, onSave, children, after }: DetailsFormProps) {
  const { documents, app } = words.value;
  const formId = useId();
  const action = useAction();
  const kind = useSignal<DocumentKind>(details.kind);
  const yearError = useSignal<string | undefined>(undefined);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const said = (name: keyof Details) => fieldText(form, name);
    const year = said('year');
    const isYear = year === '' || (/^\d{4}$/.test(year) && Number(year) >= 1900 && Number(year) <= 2200);
    yearError.value = isYear ? undefined : documents.yearInvalid;
    if (!isYear) return;
    // A field that this kind does not show keeps what it had.
    const has = (name: string) => form.elements.namedItem(name) !== null;
    const next: Details = { ...details, kind: kind.peek(), year };
    for (const name of ['customer', 'project', 'category', 'product'] as const) if (has(name)) next[name] = said(name);
    await action.run(async () => {
      if (await onSave(next, form)) closeDialog();
    });
  };
  const footer = (
    <>
      <button class="btn quiet" type="button" onClick={closeDialog}>
        {app.cancel}
      </button>
      <button class="btn primary" type="submit" form={formId} aria-disabled={action.isBusy}>
        {app.save}
      </button>
    </>
  );
  const text = (name: 'customer' | 'project' | 'category' | 'product') => (
    <Field key={name} label={documents[name]} name={name} value={details[name]} maxLength={LONGEST_DETAIL} />
  );
  return (
    <Dialog title={title} onClose={closeDialog} footer={footer}>
      <form id={formId} class="stacked" noValidate onSubmit={submit}>
        {subject && <p class="cut meta">{subject}</p>}
        {children}
        <fieldset class="options">
          <legend class="lbl">{documents.kind}</legend>
          {DOCUMENT_KINDS.map((one) => (
            <label key={one} class="opt">
              <input
                type="radio"
                name="kind"
                checked={kind.value === one}
                onChange={() => {
                  kind.value = one;
                }}
              />
              <b>{documents.kinds[one]}</b>
              <span>{documents.kindHelp[one]}</span>
            </label>
          ))}
        </fieldset>
        <div class="pair">
          {kind.value === 'product' ? [text('category'), text('product')] : [text('customer'), text('project')]}
          <Field label={documents.year} name="year" value={details.year} maxLength={4} error={yearError.value} />
        </div>
        <p class="help">{documents.optional}</p>
        {after}
        {action.error && <Alert>{action.error}</Alert>}
      </form>
    </Dialog>
  );
}
