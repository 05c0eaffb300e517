import { enteredNames, MAX_ENTERED } from './entered-fields.ts';

/** Rows for fields that the playbook does not know: the form has changed, or nobody has described it. */
const OWN_ROWS = 3;

/** The rows in which a person records what was entered in a provider's form. Empty: nobody knows yet what it was. */
export function fieldRows(known: { label: string; hint?: string }[], typed: Record<string, string>) {
  const fields = known.slice(0, MAX_ENTERED - OWN_ROWS);
  const rows = [...fields, ...Array.from({ length: OWN_ROWS }, () => null)];
  return rows.map((field, index) => {
    const names = enteredNames(index + 1);
    return {
      names,
      position: index + 1,
      isOwn: field === null,
      label: field?.label ?? typed[names.label] ?? '',
      hint: field?.hint ?? '',
      value: typed[names.value] ?? '',
    };
  });
}
