CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" TEXT NOT NULL CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY,
    "ProductVersion" TEXT NOT NULL
);

CREATE TABLE "api_resources" (
    "audience" TEXT NOT NULL CONSTRAINT "PK_api_resources" PRIMARY KEY,
    "display_name" TEXT NOT NULL,
    "scopes" TEXT NOT NULL,
    "required_acr" TEXT NULL
);

CREATE TABLE "attempt_counts" (
    "kind" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "last_at" INTEGER NOT NULL,
    "locked_at" INTEGER NULL,
    "locked_until" INTEGER NULL,
    "reference" TEXT NULL,
    CONSTRAINT "PK_attempt_counts" PRIMARY KEY ("kind", "owner")
);

CREATE TABLE "audit_events" (
    "id" INTEGER NOT NULL CONSTRAINT "PK_audit_events" PRIMARY KEY AUTOINCREMENT,
    "at" INTEGER NOT NULL,
    "event" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "user_id" TEXT NULL,
    "resource" TEXT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT NULL,
    "address" TEXT NULL,
    "user_agent" TEXT NULL,
    "reference" TEXT NULL
);

CREATE TABLE "change_versions" (
    "topic" TEXT NOT NULL CONSTRAINT "PK_change_versions" PRIMARY KEY,
    "version" INTEGER NOT NULL
);

CREATE TABLE "clients" (
    "client_id" TEXT NOT NULL CONSTRAINT "PK_clients" PRIMARY KEY,
    "display_name" TEXT NOT NULL,
    "description" TEXT NULL,
    "type" TEXT NOT NULL,
    "redirect_uris" TEXT NOT NULL,
    "post_logout_redirect_uris" TEXT NOT NULL,
    "back_channel_logout_uri" TEXT NULL,
    "grant_types" TEXT NOT NULL,
    "scopes" TEXT NOT NULL,
    "consent" TEXT NOT NULL,
    "token_endpoint_auth_method" TEXT NOT NULL,
    "jwks" TEXT NULL,
    "require_pkce" INTEGER NOT NULL,
    "require_par" INTEGER NOT NULL,
    "dpop_bound_access_tokens" INTEGER NOT NULL,
    "profile" TEXT NULL,
    "access_token_format" TEXT NOT NULL,
    "id_token_signing_alg" TEXT NOT NULL,
    "allowed_origins" TEXT NOT NULL,
    "launch_uri" TEXT NULL,
    "disabled_at" INTEGER NULL,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL
);

CREATE TABLE "data_protection_keys" (
    "name" TEXT NOT NULL CONSTRAINT "PK_data_protection_keys" PRIMARY KEY,
    "xml" TEXT NOT NULL
);

CREATE TABLE "interactions" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_interactions" PRIMARY KEY,
    "client_id" TEXT NOT NULL,
    "parameters" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "consent_user_id" TEXT NULL,
    "account_chosen_at" INTEGER NULL,
    "completed_at" INTEGER NULL
);

CREATE TABLE "one_time_links" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_one_time_links" PRIMARY KEY,
    "purpose" TEXT NOT NULL,
    "user_id" TEXT NULL,
    "expires_at" INTEGER NOT NULL,
    "used_at" INTEGER NULL
);

CREATE TABLE "outbox_messages" (
    "id" TEXT NOT NULL CONSTRAINT "PK_outbox_messages" PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "user_id" TEXT NULL,
    "to" TEXT NULL,
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "next_attempt_at" INTEGER NOT NULL,
    "sent_at" INTEGER NULL,
    "error" TEXT NULL
);

CREATE TABLE "resource_policies" (
    "kind" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "reverify_after_minutes" INTEGER NOT NULL,
    "methods" TEXT NOT NULL,
    "rules" TEXT NOT NULL,
    CONSTRAINT "PK_resource_policies" PRIMARY KEY ("kind", "resource_id")
);

CREATE TABLE "revoked_access_tokens" (
    "jti" TEXT NOT NULL CONSTRAINT "PK_revoked_access_tokens" PRIMARY KEY,
    "expires_at" INTEGER NOT NULL
);

CREATE TABLE "settings" (
    "name" TEXT NOT NULL CONSTRAINT "PK_settings" PRIMARY KEY,
    "value" TEXT NOT NULL
);

CREATE TABLE "signing_keys" (
    "kid" TEXT NOT NULL CONSTRAINT "PK_signing_keys" PRIMARY KEY,
    "algorithm" TEXT NOT NULL,
    "protected_private_key" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "active_from" INTEGER NOT NULL,
    "retired_at" INTEGER NULL,
    "removed_at" INTEGER NULL
);

CREATE TABLE "spent_jtis" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_spent_jtis" PRIMARY KEY,
    "expires_at" INTEGER NOT NULL
);

CREATE TABLE "users" (
    "id" TEXT NOT NULL CONSTRAINT "PK_users" PRIMARY KEY,
    "user_name" TEXT NOT NULL,
    "normalized_user_name" TEXT NOT NULL,
    "email" TEXT NULL,
    "normalized_email" TEXT NULL,
    "email_verified" INTEGER NOT NULL,
    "display_name" TEXT NOT NULL,
    "password_hash" TEXT NULL,
    "password_changed_at" INTEGER NULL,
    "must_change_password" INTEGER NOT NULL,
    "disabled_at" INTEGER NULL,
    "roles" TEXT NOT NULL,
    "groups" TEXT NOT NULL,
    "claims" TEXT NOT NULL,
    "locale" TEXT NULL,
    "zone_info" TEXT NULL,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL,
    "last_sign_in_at" INTEGER NULL,
    "credential_generation" INTEGER NOT NULL
);

CREATE TABLE "client_secrets" (
    "id" TEXT NOT NULL CONSTRAINT "PK_client_secrets" PRIMARY KEY,
    "client_id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "expires_at" INTEGER NULL,
    CONSTRAINT "FK_client_secrets_clients_client_id" FOREIGN KEY ("client_id") REFERENCES "clients" ("client_id") ON DELETE CASCADE
);

CREATE TABLE "device_authorizations" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_device_authorizations" PRIMARY KEY,
    "user_code_hash" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "resource" TEXT NULL,
    "created_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "interval" INTEGER NOT NULL,
    "last_polled_at" INTEGER NULL,
    "state" TEXT NOT NULL,
    "authorization_id" TEXT NULL,
    "dpop_jkt" TEXT NULL,
    CONSTRAINT "FK_device_authorizations_clients_client_id" FOREIGN KEY ("client_id") REFERENCES "clients" ("client_id") ON DELETE CASCADE
);

CREATE TABLE "logout_deliveries" (
    "client_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "next_attempt_at" INTEGER NOT NULL,
    "sent_at" INTEGER NULL,
    "error" TEXT NULL,
    CONSTRAINT "PK_logout_deliveries" PRIMARY KEY ("session_id", "client_id"),
    CONSTRAINT "FK_logout_deliveries_clients_client_id" FOREIGN KEY ("client_id") REFERENCES "clients" ("client_id") ON DELETE CASCADE
);

CREATE TABLE "pushed_requests" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_pushed_requests" PRIMARY KEY,
    "client_id" TEXT NOT NULL,
    "parameters" TEXT NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "used_at" INTEGER NULL,
    CONSTRAINT "FK_pushed_requests_clients_client_id" FOREIGN KEY ("client_id") REFERENCES "clients" ("client_id") ON DELETE CASCADE
);

CREATE TABLE "authorizations" (
    "id" TEXT NOT NULL CONSTRAINT "PK_authorizations" PRIMARY KEY,
    "type" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "session_id" TEXT NULL,
    "scope" TEXT NOT NULL,
    "acr" TEXT NOT NULL,
    "amr" TEXT NOT NULL,
    "auth_time" INTEGER NOT NULL,
    "verified_at" INTEGER NULL,
    "skipped" INTEGER NOT NULL,
    "demanded_acr" TEXT NULL,
    "credential_generation" INTEGER NOT NULL,
    "resource" TEXT NULL,
    "dpop_jkt" TEXT NULL,
    "claims" TEXT NULL,
    "created_at" INTEGER NOT NULL,
    "revoked_at" INTEGER NULL,
    CONSTRAINT "FK_authorizations_clients_client_id" FOREIGN KEY ("client_id") REFERENCES "clients" ("client_id") ON DELETE CASCADE,
    CONSTRAINT "FK_authorizations_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "enrollments" (
    "user_id" TEXT NOT NULL CONSTRAINT "PK_enrollments" PRIMARY KEY,
    "required_at" INTEGER NULL,
    "required_by" TEXT NULL,
    "deadline" INTEGER NULL,
    "cause" TEXT NOT NULL,
    "must_enroll" INTEGER NOT NULL,
    "locked_at" INTEGER NULL,
    "lock_reference" TEXT NULL,
    "active_since" INTEGER NULL,
    "skips" INTEGER NOT NULL,
    CONSTRAINT "FK_enrollments_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "pending_authenticators" (
    "id" TEXT NOT NULL CONSTRAINT "PK_pending_authenticators" PRIMARY KEY,
    "owner_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "protected_secret" TEXT NOT NULL,
    "expires_at" INTEGER NOT NULL,
    CONSTRAINT "FK_pending_authenticators_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "pending_sign_ins" (
    "id" TEXT NOT NULL CONSTRAINT "PK_pending_sign_ins" PRIMARY KEY,
    "handle_hash" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "password_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "credential_generation" INTEGER NOT NULL,
    "address" TEXT NULL,
    "user_agent" TEXT NULL,
    CONSTRAINT "FK_pending_sign_ins_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "recovery_codes" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_recovery_codes" PRIMARY KEY,
    "user_id" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "used_at" INTEGER NULL,
    CONSTRAINT "FK_recovery_codes_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "sessions" (
    "id" TEXT NOT NULL CONSTRAINT "PK_sessions" PRIMARY KEY,
    "handle_hash" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "password_at" INTEGER NOT NULL,
    "verified_at" INTEGER NULL,
    "amr" TEXT NOT NULL,
    "skipped_at" INTEGER NULL,
    "created_at" INTEGER NOT NULL,
    "last_seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "revoked_at" INTEGER NULL,
    "credential_generation" INTEGER NOT NULL,
    "address" TEXT NULL,
    "user_agent" TEXT NULL,
    CONSTRAINT "FK_sessions_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "totp_authenticators" (
    "id" TEXT NOT NULL CONSTRAINT "PK_totp_authenticators" PRIMARY KEY,
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "protected_secret" TEXT NOT NULL,
    "last_step" INTEGER NOT NULL,
    "confirmed_at" INTEGER NOT NULL,
    "last_used_at" INTEGER NULL,
    CONSTRAINT "FK_totp_authenticators_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "authorization_codes" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_authorization_codes" PRIMARY KEY,
    "authorization_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "redirect_uri" TEXT NOT NULL,
    "code_challenge" TEXT NULL,
    "nonce" TEXT NULL,
    "dpop_jkt" TEXT NULL,
    "flow_started_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "redeemed_at" INTEGER NULL,
    CONSTRAINT "FK_authorization_codes_authorizations_authorization_id" FOREIGN KEY ("authorization_id") REFERENCES "authorizations" ("id") ON DELETE CASCADE
);

CREATE TABLE "reference_tokens" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_reference_tokens" PRIMARY KEY,
    "claims" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "authorization_id" TEXT NULL,
    "expires_at" INTEGER NOT NULL,
    "revoked_at" INTEGER NULL,
    CONSTRAINT "FK_reference_tokens_authorizations_authorization_id" FOREIGN KEY ("authorization_id") REFERENCES "authorizations" ("id") ON DELETE CASCADE,
    CONSTRAINT "FK_reference_tokens_clients_client_id" FOREIGN KEY ("client_id") REFERENCES "clients" ("client_id") ON DELETE CASCADE
);

CREATE TABLE "refresh_tokens" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_refresh_tokens" PRIMARY KEY,
    "authorization_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "issued_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "used_at" INTEGER NULL,
    CONSTRAINT "FK_refresh_tokens_authorizations_authorization_id" FOREIGN KEY ("authorization_id") REFERENCES "authorizations" ("id") ON DELETE CASCADE
);

INSERT INTO "change_versions" ("topic", "version")
VALUES ('catalog', 1);
SELECT changes();


CREATE INDEX "IX_attempt_counts_last_at" ON "attempt_counts" ("last_at");

CREATE INDEX "IX_audit_events_at" ON "audit_events" ("at");

CREATE INDEX "IX_audit_events_user_id_id" ON "audit_events" ("user_id", "id");

CREATE INDEX "IX_authorization_codes_authorization_id" ON "authorization_codes" ("authorization_id");

CREATE INDEX "IX_authorization_codes_expires_at" ON "authorization_codes" ("expires_at");

CREATE INDEX "IX_authorizations_client_id" ON "authorizations" ("client_id");

CREATE INDEX "IX_authorizations_session_id" ON "authorizations" ("session_id");

CREATE INDEX "IX_authorizations_user_id_client_id" ON "authorizations" ("user_id", "client_id");

CREATE INDEX "IX_client_secrets_client_id" ON "client_secrets" ("client_id");

CREATE INDEX "IX_device_authorizations_client_id" ON "device_authorizations" ("client_id");

CREATE INDEX "IX_device_authorizations_expires_at" ON "device_authorizations" ("expires_at");

CREATE UNIQUE INDEX "IX_device_authorizations_user_code_hash" ON "device_authorizations" ("user_code_hash");

CREATE INDEX "IX_enrollments_deadline" ON "enrollments" ("deadline");

CREATE INDEX "IX_interactions_expires_at" ON "interactions" ("expires_at");

CREATE INDEX "IX_logout_deliveries_client_id" ON "logout_deliveries" ("client_id");

CREATE INDEX "IX_logout_deliveries_state_next_attempt_at" ON "logout_deliveries" ("state", "next_attempt_at");

CREATE INDEX "IX_one_time_links_expires_at" ON "one_time_links" ("expires_at");

CREATE INDEX "IX_outbox_messages_created_at" ON "outbox_messages" ("created_at");

CREATE INDEX "IX_outbox_messages_state_next_attempt_at" ON "outbox_messages" ("state", "next_attempt_at");

CREATE INDEX "IX_pending_authenticators_expires_at" ON "pending_authenticators" ("expires_at");

CREATE UNIQUE INDEX "IX_pending_authenticators_owner_id" ON "pending_authenticators" ("owner_id");

CREATE INDEX "IX_pending_authenticators_user_id" ON "pending_authenticators" ("user_id");

CREATE INDEX "IX_pending_sign_ins_expires_at" ON "pending_sign_ins" ("expires_at");

CREATE UNIQUE INDEX "IX_pending_sign_ins_handle_hash" ON "pending_sign_ins" ("handle_hash");

CREATE INDEX "IX_pending_sign_ins_user_id" ON "pending_sign_ins" ("user_id");

CREATE INDEX "IX_pushed_requests_client_id" ON "pushed_requests" ("client_id");

CREATE INDEX "IX_pushed_requests_expires_at" ON "pushed_requests" ("expires_at");

CREATE INDEX "IX_recovery_codes_user_id" ON "recovery_codes" ("user_id");

CREATE INDEX "IX_reference_tokens_authorization_id" ON "reference_tokens" ("authorization_id");

CREATE INDEX "IX_reference_tokens_client_id" ON "reference_tokens" ("client_id");

CREATE INDEX "IX_reference_tokens_expires_at" ON "reference_tokens" ("expires_at");

CREATE INDEX "IX_refresh_tokens_authorization_id" ON "refresh_tokens" ("authorization_id");

CREATE INDEX "IX_refresh_tokens_expires_at" ON "refresh_tokens" ("expires_at");

CREATE INDEX "IX_revoked_access_tokens_expires_at" ON "revoked_access_tokens" ("expires_at");

CREATE INDEX "IX_sessions_expires_at" ON "sessions" ("expires_at");

CREATE UNIQUE INDEX "IX_sessions_handle_hash" ON "sessions" ("handle_hash");

CREATE INDEX "IX_sessions_user_id" ON "sessions" ("user_id");

CREATE INDEX "IX_spent_jtis_expires_at" ON "spent_jtis" ("expires_at");

CREATE INDEX "IX_totp_authenticators_user_id" ON "totp_authenticators" ("user_id");

CREATE UNIQUE INDEX "IX_users_normalized_email" ON "users" ("normalized_email");

CREATE UNIQUE INDEX "IX_users_normalized_user_name" ON "users" ("normalized_user_name");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124154201_Initial', '10.0.14');

ALTER TABLE "clients" ADD "initiate_login_uri" TEXT NULL;

CREATE TABLE "groups" (
    "name" TEXT NOT NULL CONSTRAINT "PK_groups" PRIMARY KEY,
    "description" TEXT NULL,
    "claims" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL
);

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124181613_GroupsAndInitiateLogin', '10.0.14');

ALTER TABLE "users" ADD "frozen_at" INTEGER NULL;

ALTER TABLE "sessions" ADD "enrollment_proven_at" INTEGER NULL;

ALTER TABLE "resource_policies" ADD "enrollment_proof" TEXT NULL;

ALTER TABLE "resource_policies" ADD "remember_browser_days" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "pending_sign_ins" ADD "enrollment_proven_at" INTEGER NULL;

ALTER TABLE "enrollments" ADD "proof_required" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "enrollments" ADD "reminded_days" INTEGER NULL;

CREATE TABLE "enrollment_passes" (
    "id" TEXT NOT NULL CONSTRAINT "PK_enrollment_passes" PRIMARY KEY,
    "user_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "owner_id" TEXT NULL,
    "created_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "used_at" INTEGER NULL,
    CONSTRAINT "FK_enrollment_passes_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "mail_templates" (
    "kind" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "updated_at" INTEGER NOT NULL,
    CONSTRAINT "PK_mail_templates" PRIMARY KEY ("kind", "language")
);

CREATE TABLE "passkey_ceremonies" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_passkey_ceremonies" PRIMARY KEY,
    "purpose" TEXT NOT NULL,
    "owner_id" TEXT NULL,
    "user_id" TEXT NULL,
    "state" TEXT NOT NULL,
    "expires_at" INTEGER NOT NULL,
    CONSTRAINT "FK_passkey_ceremonies_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "passkeys" (
    "id" TEXT NOT NULL CONSTRAINT "PK_passkeys" PRIMARY KEY,
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "credential_id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "sign_count" INTEGER NOT NULL,
    "transports" TEXT NOT NULL,
    "is_backup_eligible" INTEGER NOT NULL,
    "is_backed_up" INTEGER NOT NULL,
    "aaguid" TEXT NULL,
    "attestation_object" TEXT NOT NULL,
    "client_data_json" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "last_used_at" INTEGER NULL,
    CONSTRAINT "FK_passkeys_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "remembered_browsers" (
    "hash" TEXT NOT NULL CONSTRAINT "PK_remembered_browsers" PRIMARY KEY,
    "user_id" TEXT NOT NULL,
    "credential_generation" INTEGER NOT NULL,
    "verified_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "user_agent" TEXT NULL,
    CONSTRAINT "FK_remembered_browsers_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE INDEX "IX_enrollment_passes_expires_at" ON "enrollment_passes" ("expires_at");

CREATE INDEX "IX_enrollment_passes_user_id" ON "enrollment_passes" ("user_id");

CREATE INDEX "IX_passkey_ceremonies_expires_at" ON "passkey_ceremonies" ("expires_at");

CREATE INDEX "IX_passkey_ceremonies_user_id" ON "passkey_ceremonies" ("user_id");

CREATE UNIQUE INDEX "IX_passkeys_credential_id" ON "passkeys" ("credential_id");

CREATE INDEX "IX_passkeys_user_id" ON "passkeys" ("user_id");

CREATE INDEX "IX_remembered_browsers_expires_at" ON "remembered_browsers" ("expires_at");

CREATE INDEX "IX_remembered_browsers_user_id" ON "remembered_browsers" ("user_id");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124190246_SituationsOfAPerson', '10.0.14');

ALTER TABLE "sessions" ADD "password_for" TEXT NULL;

ALTER TABLE "sessions" ADD "verified_for" TEXT NULL;

ALTER TABLE "pending_sign_ins" ADD "password_for" TEXT NULL;

ALTER TABLE "pending_sign_ins" ADD "verified_at" INTEGER NULL;

ALTER TABLE "pending_sign_ins" ADD "verified_for" TEXT NULL;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124191111_WhatProofsAreFor', '10.0.14');

ALTER TABLE "sessions" ADD "passkey_at" INTEGER NULL;

ALTER TABLE "pending_sign_ins" ADD "amr" TEXT NULL;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124192915_PasskeysOfASession', '10.0.14');

CREATE TABLE "api_tokens" (
    "id" TEXT NOT NULL CONSTRAINT "PK_api_tokens" PRIMARY KEY,
    "hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "scopes" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "credential_generation" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "last_used_at" INTEGER NULL,
    "revoked_at" INTEGER NULL,
    CONSTRAINT "FK_api_tokens_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE TABLE "campaigns" (
    "id" TEXT NOT NULL CONSTRAINT "PK_campaigns" PRIMARY KEY,
    "name" TEXT NOT NULL,
    "deadline" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by" TEXT NOT NULL,
    "closed_at" INTEGER NULL
);

CREATE TABLE "campaign_members" (
    "campaign_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "added_at" INTEGER NOT NULL,
    CONSTRAINT "PK_campaign_members" PRIMARY KEY ("campaign_id", "user_id"),
    CONSTRAINT "FK_campaign_members_campaigns_campaign_id" FOREIGN KEY ("campaign_id") REFERENCES "campaigns" ("id") ON DELETE CASCADE,
    CONSTRAINT "FK_campaign_members_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE UNIQUE INDEX "IX_api_tokens_hash" ON "api_tokens" ("hash");

CREATE INDEX "IX_api_tokens_user_id" ON "api_tokens" ("user_id");

CREATE INDEX "IX_campaign_members_user_id" ON "campaign_members" ("user_id");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128193420_ApiTokensAndCampaigns', '10.0.14');

ALTER TABLE "audit_events" ADD "seal" TEXT NULL;

CREATE TABLE "audit_checkpoints" (
    "id" INTEGER NOT NULL CONSTRAINT "PK_audit_checkpoints" PRIMARY KEY,
    "at" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "begins" INTEGER NOT NULL,
    "begins_hash" TEXT NOT NULL,
    "oldest" INTEGER NOT NULL,
    "previous" TEXT NOT NULL,
    "signature" TEXT NOT NULL
);

CREATE TABLE "audit_links" (
    "sequence" INTEGER NOT NULL CONSTRAINT "PK_audit_links" PRIMARY KEY,
    "event_id" INTEGER NOT NULL,
    "checkpoint" INTEGER NOT NULL,
    "hash" TEXT NOT NULL
);

CREATE INDEX "IX_audit_events_actor_id" ON "audit_events" ("actor", "id");

CREATE INDEX "IX_audit_events_event_id" ON "audit_events" ("event", "id");

CREATE INDEX "IX_audit_events_reference" ON "audit_events" ("reference") WHERE reference IS NOT NULL;

CREATE INDEX "IX_audit_events_resource_id" ON "audit_events" ("resource", "id");

CREATE UNIQUE INDEX "IX_audit_links_event_id" ON "audit_links" ("event_id");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128201615_AuditChain', '10.0.14');

DROP INDEX "IX_authorizations_client_id";

ALTER TABLE "resource_policies" ADD "draft" TEXT NULL;

ALTER TABLE "authorizations" ADD "address" TEXT NULL;

CREATE TABLE "policy_reports" (
    "resource" TEXT NOT NULL,
    "day" INTEGER NOT NULL,
    "user_id" TEXT NOT NULL,
    "live" INTEGER NOT NULL,
    "draft" INTEGER NOT NULL,
    CONSTRAINT "PK_policy_reports" PRIMARY KEY ("resource", "day", "user_id"),
    CONSTRAINT "FK_policy_reports_users_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

CREATE INDEX "IX_authorizations_client_id_created_at" ON "authorizations" ("client_id", "created_at");

CREATE INDEX "IX_policy_reports_user_id" ON "policy_reports" ("user_id");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128203949_PolicyRules', '10.0.14');

ALTER TABLE "campaigns" ADD "reminded_at" INTEGER NULL;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128205630_CampaignReminders', '10.0.14');

ALTER TABLE "resource_policies" ADD "changed_at" INTEGER NULL;

ALTER TABLE "authorizations" ADD "remembered_browser" TEXT NULL;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128211942_RememberedBrowsers', '10.0.14');

ALTER TABLE "campaigns" ADD "closed_with" TEXT NULL;

CREATE INDEX "IX_users_progress" ON "users" ("id", "last_sign_in_at", "disabled_at");

CREATE INDEX "IX_outbox_messages_kind_user_id_created_at_state" ON "outbox_messages" ("kind", "user_id", "created_at", "state");

CREATE INDEX "IX_enrollments_progress" ON "enrollments" ("user_id", "required_at", "deadline", "must_enroll", "locked_at", "skips");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128224611_CampaignNumbers', '10.0.14');

ALTER TABLE "api_tokens" ADD "made_with_id" TEXT NULL;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261129071617_TokenMakers', '10.0.14');

