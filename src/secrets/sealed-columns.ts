/** Every column that holds a sealed value, by table: a new one is written here, or a change of key would lose it. */
export const SEALED_COLUMNS = {
  sending_accounts: ['secret', 'oauth_client_secret', 'dkim_key'],
  mailboxes: ['secret', 'oauth_client_secret'],
  webhook_targets: ['url_sealed', 'secret_sealed', 'previous_secret_sealed'],
  totp_keys: ['secret_sealed'],
  snds_feeds: ['link_sealed', 'token_sealed'],
  account_mails: ['raw'],
  oidc_providers: ['client_secret_sealed'],
} as const;
