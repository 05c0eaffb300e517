import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ownAccountPages } from './accounts/account-routes.ts';
import { invitationPages } from './accounts/invitations/routes.ts';
import { signInProviderPages } from './accounts/oidc/provider-routes.ts';
import { identityPages, providerSignIn } from './accounts/oidc/routes.ts';
import { passkeyPages } from './accounts/passkeys/routes.ts';
import { passkeySignIn } from './accounts/passkeys/sign-in-routes.ts';
import { peoplePages } from './accounts/people-routes.ts';
import { resetPages } from './accounts/reset/routes.ts';
import { accountPages } from './accounts/routes.ts';
import { secondFactorPages } from './accounts/second-factor/routes.ts';
import { signInRulePages } from './accounts/second-factor/rule-routes.ts';
import { secondFactorSignIn } from './accounts/second-factor/sign-in-routes.ts';
import { personSessionPages } from './accounts/sessions/person-routes.ts';
import { sessionPages } from './accounts/sessions/routes.ts';
import { tokenPages } from './accounts/token-routes.ts';
import { addressApi } from './addresses/api.ts';
import { addressPages } from './addresses/routes.ts';
import { auditApi, auditPages } from './audit/routes.ts';
import { backupPages } from './backup/routes.ts';
import { complaintApi } from './complaints/api.ts';
import { complaintPages } from './complaints/routes.ts';
import { correspondenceApi } from './correspondence/api.ts';
import { conversationPages } from './correspondence/conversation-routes.ts';
import { messagePartsPages } from './correspondence/parts-routes.ts';
import { correspondencePages } from './correspondence/routes.ts';
import { fieldApi } from './custom-fields/api.ts';
import { fieldPages } from './custom-fields/routes.ts';
import { deskPages } from './desk/routes.ts';
import { dossierApi, dossierPages } from './dossier/routes.ts';
import { erasurePages } from './erasure/routes.ts';
import { evidenceApi } from './evidence/api.ts';
import { checkPages } from './evidence/checks/routes.ts';
import { pictureRoutes } from './evidence/pictures/routes.ts';
import { placeApi } from './evidence/places/api.ts';
import { placePages } from './evidence/places/routes.ts';
import { evidencePages } from './evidence/routes.ts';
import { samplePages } from './evidence/sample/routes.ts';
import { subjectPages } from './evidence/subject-routes.ts';
import { healthApi, healthPages } from './health/routes.ts';
import { incidentApi } from './incidents/api.ts';
import { bulkApi } from './incidents/bulk/api.ts';
import { bulkPages } from './incidents/bulk/routes.ts';
import { compareApi, comparePages } from './incidents/compare/routes.ts';
import { incidentEditPages } from './incidents/edit-routes.ts';
import { linkApi } from './incidents/links/api.ts';
import { incidentListPages } from './incidents/list-routes.ts';
import { loggingApi } from './incidents/logging/api.ts';
import { logPages } from './incidents/logging/routes.ts';
import { mergeApi } from './incidents/merge/api.ts';
import { mergePages } from './incidents/merge/routes.ts';
import { incidentPages } from './incidents/routes.ts';
import { splitApi, splitPages } from './incidents/split-routes.ts';
import { letterApi } from './letters/api.ts';
import { editorPages } from './letters/editor/editor-routes.ts';
import { templateApi } from './letters/editor/template-api.ts';
import { templatePages } from './letters/editor/template-routes.ts';
import { letterFiles } from './letters/file-routes.ts';
import { letterPages } from './letters/routes.ts';
import { letterStartPages } from './letters/start-routes.ts';
import { trialApi } from './letters/wording-trials/api.ts';
import { trialPages } from './letters/wording-trials/routes.ts';
import { livePages } from './live/routes.ts';
import { mailApi } from './mail-in/api.ts';
import { filingApi } from './mail-in/filing/filing-api.ts';
import { filingPages } from './mail-in/filing/filing-routes.ts';
import { unfiledPartsPages } from './mail-in/filing/unfiled-parts-routes.ts';
import { unfiledPages } from './mail-in/filing/unfiled-routes.ts';
import { mailboxPages } from './mail-in/mailboxes/mailbox-routes.ts';
import { takePages } from './mail-in/take-routes.ts';
import { sendingAccountApi } from './mail-out/account-api.ts';
import { sendingAccountPages } from './mail-out/account-routes.ts';
import { dispatchPages } from './mail-out/dispatch-routes.ts';
import { metricsRoutes } from './metrics/routes.ts';
import { nextStepApi } from './next-step/api.ts';
import { nextStepPages } from './next-step/routes.ts';
import { noticeApi } from './notifications/api.ts';
import { calendarRoutes } from './notifications/calendar/calendar-routes.ts';
import { noticePages } from './notifications/notice-routes.ts';
import { noticeSettingsPages } from './notifications/settings-routes.ts';
import { observationApi } from './observations/api.ts';
import { observationPages } from './observations/routes.ts';
import { outcomePages } from './outcomes/routes.ts';
import { providerApi } from './playbooks/api.ts';
import { playbookApi } from './playbooks/fact-api.ts';
import { factPages } from './playbooks/fact-routes.ts';
import { ownProviderPages } from './playbooks/own-routes.ts';
import { playbookPages } from './playbooks/routes.ts';
import { programmeApi, programmePages } from './profile/programme-routes.ts';
import { profileApi, profilePages } from './profile/routes.ts';
import { reminderApi } from './reminders/api.ts';
import { reminderPages } from './reminders/routes.ts';
import { reportAddressApi } from './report-mails/address-api.ts';
import { reportAddressPages } from './report-mails/address-routes.ts';
import { reportMailApi } from './report-mails/api.ts';
import { reportMailPages } from './report-mails/routes.ts';
import { reportApi } from './reports/api.ts';
import { reportPages } from './reports/routes.ts';
import { verdictReportPages } from './reports/verdicts-routes.ts';
import { searchApi } from './search/api.ts';
import { searchPages } from './search/routes.ts';
import { shareApi } from './sharing/api.ts';
import { sharedPages } from './sharing/public-routes.ts';
import { sharePages } from './sharing/routes.ts';
import { sndsApi } from './snds/api.ts';
import { sndsPages } from './snds/routes.ts';
import { tagApi } from './tags/api.ts';
import { tagPages } from './tags/routes.ts';
import { ticketApi } from './tickets/api.ts';
import { ticketPages } from './tickets/routes.ts';
import { timelineApi } from './timeline/api.ts';
import { exportApi, exportPages } from './transfer/export/routes.ts';
import { timelineFileApi, timelineFilePages } from './transfer/export/timeline-routes.ts';
import { importApi } from './transfer/import/api.ts';
import { importPages } from './transfer/import/routes.ts';
import { watcherApi } from './watchers/api.ts';
import { watcherPages } from './watchers/routes.ts';
import { healthRoutes } from './web/health.ts';
import { webhookApi } from './webhooks/api.ts';
import { webhookLogApi } from './webhooks/log-api.ts';
import { webhookLogPages } from './webhooks/log-routes.ts';
import { webhookPages } from './webhooks/routes.ts';

/** All routes: a line for each domain's pages and for its part of the API. */

export const PAGES: FastifyPluginAsyncTypebox[] = [
  healthRoutes,
  healthPages,
  metricsRoutes,
  accountPages,
  secondFactorSignIn,
  passkeySignIn,
  ownAccountPages,
  peoplePages,
  tokenPages,
  secondFactorPages,
  passkeyPages,
  sessionPages,
  personSessionPages,
  signInRulePages,
  invitationPages,
  resetPages,
  providerSignIn,
  identityPages,
  signInProviderPages,
  auditPages,
  deskPages,
  livePages,
  incidentListPages,
  bulkPages,
  incidentPages,
  incidentEditPages,
  splitPages,
  mergePages,
  comparePages,
  logPages,
  correspondencePages,
  ticketPages,
  conversationPages,
  messagePartsPages,
  unfiledPages,
  unfiledPartsPages,
  filingPages,
  letterStartPages,
  letterPages,
  letterFiles,
  dossierPages,
  sharePages,
  sharedPages,
  templatePages,
  editorPages,
  trialPages,
  evidencePages,
  checkPages,
  subjectPages,
  placePages,
  pictureRoutes,
  samplePages,
  observationPages,
  sendingAccountPages,
  dispatchPages,
  sndsPages,
  complaintPages,
  mailboxPages,
  takePages,
  addressPages,
  playbookPages,
  factPages,
  ownProviderPages,
  profilePages,
  programmePages,
  nextStepPages,
  reminderPages,
  noticePages,
  noticeSettingsPages,
  calendarRoutes,
  reportPages,
  verdictReportPages,
  reportMailPages,
  reportAddressPages,
  outcomePages,
  tagPages,
  watcherPages,
  fieldPages,
  webhookPages,
  webhookLogPages,
  searchPages,
  exportPages,
  timelineFilePages,
  importPages,
  backupPages,
  erasurePages,
];

export const API_ROUTES: FastifyPluginAsyncTypebox[] = [
  healthApi,
  loggingApi,
  incidentApi,
  timelineApi,
  splitApi,
  mergeApi,
  linkApi,
  compareApi,
  bulkApi,
  correspondenceApi,
  ticketApi,
  filingApi,
  letterApi,
  dossierApi,
  shareApi,
  templateApi,
  trialApi,
  evidenceApi,
  placeApi,
  pictureRoutes,
  observationApi,
  sendingAccountApi,
  sndsApi,
  complaintApi,
  mailApi,
  addressApi,
  providerApi,
  playbookApi,
  profileApi,
  programmeApi,
  nextStepApi,
  reminderApi,
  tagApi,
  watcherApi,
  fieldApi,
  reportApi,
  reportMailApi,
  reportAddressApi,
  noticeApi,
  webhookApi,
  webhookLogApi,
  searchApi,
  exportApi,
  timelineFileApi,
  importApi,
  auditApi,
];
