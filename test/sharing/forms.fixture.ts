const plain = (fields: Record<string, string>) => async () => fields;

/** A submission of each form of shares, by its route: the first makes the one that the other revokes. */
export const SHARE_FORMS = {
  '/incidents/:number/shares': {
    url: '/incidents/1/shares',
    fields: plain({ madeFor: 'the auditor', days: '30', parts: 'summary' }),
  },
  '/incidents/:number/shares/:id/revocation': { url: '/incidents/1/shares/1/revocation', fields: plain({}) },
};
