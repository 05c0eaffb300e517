import { randomUUID } from 'node:crypto';
import formbody from '@fastify/formbody';
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { invitationPages } from './accounts/invitations/routes.ts';
import { signInProviderPages } from './accounts/oidc/provider-routes.ts';
import { identityPages, providerSignIn } from './accounts/oidc/routes.ts';
import { passkeyPages } from './accounts/passkeys/routes.ts';
import { passkeySignIn } from './accounts/passkeys/sign-in-routes.ts';
import { resetPages } from './accounts/reset/routes.ts';
import { accountPages } from './accounts/routes.ts';
import { secondFactorPages } from './accounts/second-factor/routes.ts';
import { signInRulePages } from './accounts/second-factor/rule-routes.ts';
import { secondFactorSignIn } from './accounts/second-factor/sign-in-routes.ts';
import { personSessionPages } from './accounts/sessions/person-routes.ts';
import { sessionPages } from './accounts/sessions/routes.ts';
import { settingsPages } from './accounts/settings-routes.ts';
import { addressApi } from './addresses/api.ts';
import { addressPages } from './addresses/routes.ts';
import { auditApi, auditPages } from './audit/routes.ts';
import { backupPages } from './backup/routes.ts';
import { complaintApi } from './complaints/api.ts';
import { complaintPages } from './complaints/routes.ts';
import type { Config } from './config.ts';
import { correspondenceApi } from './correspondence/api.ts';
import { conversationPages } from './correspondence/conversation-routes.ts';
import { messagePartsPages } from './correspondence/parts-routes.ts';
import { correspondencePages } from './correspondence/routes.ts';
import { fieldApi } from './custom-fields/api.ts';
import { fieldPages } from './custom-fields/routes.ts';
import type { Db } from './database/open.ts';
import { asOneRequest } from './database/together.ts';
import { deskPages } from './desk/routes.ts';
import { dossierApi, dossierPages } from './dossier/routes.ts';
import { erasurePages } from './erasure/routes.ts';
import { evidenceApi } from './evidence/api.ts';
import { checkPages } from './evidence/checks/routes.ts';
import type { CheckWorld } from './evidence/checks/run.ts';
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
import type { LetterLibrary } from './letters/library.ts';
import { letterPages } from './letters/routes.ts';
import { trialApi } from './letters/wording-trials/api.ts';
import { trialPages } from './letters/wording-trials/routes.ts';
import { livePages } from './live/routes.ts';
import { mailApi } from './mail-in/api.ts';
import { filingApi } from './mail-in/filing-api.ts';
import { filingPages } from './mail-in/filing-routes.ts';
import { mailboxPages } from './mail-in/mailbox-routes.ts';
import { takePages } from './mail-in/take-routes.ts';
import { unfiledPartsPages } from './mail-in/unfiled-parts-routes.ts';
import { unfiledPages } from './mail-in/unfiled-routes.ts';
import { sendingAccountApi } from './mail-out/account-api.ts';
import { sendingAccountPages } from './mail-out/account-routes.ts';
import { dispatchPages } from './mail-out/dispatch-routes.ts';
import { measureRequests } from './metrics/requests.ts';
import { metricsRoutes } from './metrics/routes.ts';
import { nextStepApi } from './next-step/api.ts';
import { nextStepPages } from './next-step/routes.ts';
import { calendarRoutes } from './notifications/calendar/calendar-routes.ts';
import { noticePages } from './notifications/notice-routes.ts';
import { noticeSettingsPages } from './notifications/settings-routes.ts';
import { observationApi } from './observations/api.ts';
import { observationPages } from './observations/routes.ts';
import { outcomePages } from './outcomes/routes.ts';
import { providerApi } from './playbooks/api.ts';
import { playbookApi } from './playbooks/fact-api.ts';
import { factPages } from './playbooks/fact-routes.ts';
import type { Playbooks } from './playbooks/live.ts';
import { ownProviderPages } from './playbooks/own-routes.ts';
import { playbookPages } from './playbooks/routes.ts';
import { Problem } from './problem.ts';
import { programmeApi, programmePages } from './profile/programme-routes.ts';
import { profileApi, profilePages } from './profile/routes.ts';
import type { Catalogue } from './providers/catalogue.ts';
import { reminderApi } from './reminders/api.ts';
import { reminderPages } from './reminders/routes.ts';
import { reportMailPages } from './report-mails/routes.ts';
import { reportApi } from './reports/api.ts';
import { reportPages } from './reports/routes.ts';
import { verdictReportPages } from './reports/verdicts-routes.ts';
import { searchApi } from './search/api.ts';
import { searchPages } from './search/routes.ts';
import type { Secrets } from './secrets/secrets.ts';
import { shareApi } from './sharing/api.ts';
import { sharedPages } from './sharing/public-routes.ts';
import { sharePages } from './sharing/routes.ts';
import { sndsApi } from './snds/api.ts';
import { sndsPages } from './snds/routes.ts';
import { tagApi } from './tags/api.ts';
import { tagPages } from './tags/routes.ts';
import { timelineApi } from './timeline/api.ts';
import { exportApi, exportPages } from './transfer/export/routes.ts';
import { timelineFileApi, timelineFilePages } from './transfer/export/timeline-routes.ts';
import { importApi } from './transfer/import/api.ts';
import { importPages } from './transfer/import/routes.ts';
import { watcherApi } from './watchers/api.ts';
import { watcherPages } from './watchers/routes.ts';
import { requireDeclaredAccess } from './web/access.ts';
import { API, describeApi } from './web/api.ts';
import { serveAssets } from './web/assets.ts';
import { endGracefully } from './web/ending.ts';
import { answerError } from './web/errors.ts';
import { healthRoutes } from './web/health.ts';
import { identifyViewers } from './web/identify.ts';
import { MAX_BODY_BYTES, MAX_REPORT_BYTES } from './web/limits.ts';
import { loggedUrl } from './web/logged-url.ts';
import { servePages } from './web/pages.ts';
import { TOO_LARGE } from './web/problems.ts';
import { logRequests } from './web/request-log.ts';
import { secure } from './web/security.ts';
import { nameUpload } from './web/uploads.ts';
import { serializers, validators } from './web/validation.ts';
import type { Views } from './web/views.ts';
import { webhookApi } from './webhooks/api.ts';
import { webhookLogApi } from './webhooks/log-api.ts';
import { webhookLogPages } from './webhooks/log-routes.ts';
import { webhookPages } from './webhooks/routes.ts';

/** What every route can reach. */
export type Desk = {
  config: Config;
  db: Db;
  /** What is known of providers, with what people changed: always the newest that this process has read. */
  catalogue: Catalogue;
  playbooks: Playbooks;
  letters: LetterLibrary;
  views: Views;
  /** What evidence is looked up with; opened when it is first needed. */
  world: () => Promise<CheckWorld>;
  secrets: Secrets;
  /** Of the embedded database: copies its files as they stand. */
  copyTo?: (folder: string) => Promise<void>;
};

declare module 'fastify' {
  interface FastifyInstance {
    desk: Desk;
  }
  interface FastifyRequest {
    /** Name of the file that came with a form, as the browser gave it. */
    fileName: string;
    /** Of several files, in their order. */
    fileNames: string[];
  }
}

/** The application, ready to listen or to be injected requests into. */
export async function buildApp(
  desk: Desk,
  options: { logger?: FastifyBaseLogger } = {},
): Promise<FastifyInstance> {
  const app = Fastify({
    ...(options.logger ? { loggerInstance: options.logger } : { logger: false }),
    genReqId: () => randomUUID().slice(0, 13),
    bodyLimit: MAX_BODY_BYTES,
    trustProxy: desk.config.trustedProxies.length > 0 ? desk.config.trustedProxies : false,
    routerOptions: { maxParamLength: 200 },
    // Whoever is connected already is still answered; a proxy would hand a 503 on.
    return503OnClosing: false,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      // A URL that cannot be decoded reaches no handler of ours; it has no page to be shown in.
      const answer = reply as FastifyReply;
      if (request.url.startsWith(`${API}/`)) {
        void answerError(error, request as FastifyRequest, answer);
        return;
      }
      void answer
        .code(error.statusCode ?? 400)
        .type('text/plain')
        .send(`${error.message}\nRequest ${request.id}\n`);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.decorate('desk', desk);
  app.decorateRequest('fileName', '');
  app.decorateRequest('fileNames', null as never);
  app.setValidatorCompiler(validators());
  app.setSerializerCompiler(serializers());
  app.setErrorHandler(answerError);
  app.setNotFoundHandler({ preHandler: [] }, (request) => {
    throw new Problem('not-found', `There is nothing at ${loggedUrl(request.url).slice(0, 200)}.`);
  });
  requireDeclaredAccess(app);
  measureRequests(app);
  endGracefully(app);
  if (options.logger) logRequests(app);
  app.addHook('onRequest', (_request, _reply, done) => asOneRequest(done));
  await secureAll(app, desk);
  servePages(app);
  await app.register(formbody, { bodyLimit: MAX_BODY_BYTES });
  await app.register(multipart, {
    attachFieldsToBody: 'keyValues',
    onFile: keepFile,
    limits: {
      // One more than is taken: what is longer is cut off here, and refused below.
      fieldSize: MAX_REPORT_BYTES + 1,
      fileSize: MAX_REPORT_BYTES,
      fields: 100,
      files: 5,
      parts: 120,
      fieldNameSize: 100,
      headerPairs: 50,
    },
  });
  app.addHook('preValidation', refuseCutFields);
  app.addHook('onRequest', (request) => knowChanges(request, desk.playbooks));
  describeApi(app);

  const pages = [
    healthRoutes,
    healthPages,
    metricsRoutes,
    accountPages,
    secondFactorSignIn,
    passkeySignIn,
    settingsPages,
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
    conversationPages,
    messagePartsPages,
    unfiledPages,
    unfiledPartsPages,
    filingPages,
    letterPages,
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
  for (const plugin of pages) await app.register(plugin);
  const api = [
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
    webhookApi,
    webhookLogApi,
    searchApi,
    exportApi,
    timelineFileApi,
    importApi,
    auditApi,
  ];
  for (const plugin of api) await app.register(plugin, { prefix: API });
  return app;
}

/** How old a process may let its knowledge of changed playbooks become. */
const PLAYBOOKS_MS = 1000;

/** Playbooks that another process changed are known before a request is answered, or a second later. */
async function knowChanges(request: FastifyRequest, playbooks: Playbooks): Promise<void> {
  if (request.routeOptions.config.access === 'public') return;
  try {
    await playbooks.refresh(PLAYBOOKS_MS);
  } catch (error) {
    // Whatever needs the database will say so itself.
    request.log.debug({ err: error }, 'playbooks');
  }
}

/** An uploaded file becomes a field with its bytes; its name is kept beside it. */
async function keepFile(this: FastifyRequest, part: MultipartFile & { value?: unknown }): Promise<void> {
  const bytes = await part.toBuffer();
  nameUpload(bytes, part.filename ?? '');
  part.value = bytes;
  this.fileName = part.filename ?? '';
  this.fileNames = [...(this.fileNames ?? []), this.fileName];
}

/** A text that was too long for its field arrives cut off: it is refused, never kept in part. */
async function refuseCutFields(request: FastifyRequest): Promise<void> {
  if (!request.isMultipart()) return;
  for (const value of Object.values(request.body as object).flat())
    if (typeof value === 'string' && Buffer.byteLength(value) > MAX_REPORT_BYTES)
      throw new Problem('too-large', TOO_LARGE);
}

async function secureAll(app: FastifyInstance, { config, db }: Desk): Promise<void> {
  await secure(app, config, () => identifyViewers(app, db, config));
  serveAssets(app);
}
