using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Audit;
using IdP.Server.Admin.Campaigns;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Groups;
using IdP.Server.Admin.Keys;
using IdP.Server.Admin.Mails;
using IdP.Server.Admin.Overview;
using IdP.Server.Admin.Owners;
using IdP.Server.Admin.PolicyRules;
using IdP.Server.Admin.Settings;
using IdP.Server.Admin.Tokens;
using IdP.Server.Admin.Users;
using IdP.Server.Admin.Users.Import;
using IdP.Server.Configuration;
using IdP.Server.Mail;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdP.Server.Admin;

internal static class AdminServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds every admin operation and the declarative document; what they stand on is in <c>AddIdP</c>.</summary>
        public IServiceCollection AddAdmin()
        {
            foreach (var operation in new[]
            {
                typeof(AddUser), typeof(SetUser), typeof(SetPassword), typeof(DisableUser), typeof(EnableUser), typeof(RemoveUser), typeof(EndSessions),
                typeof(RequireVerification), typeof(LiftRequirement), typeof(ExtendPeriod), typeof(UnlockUser), typeof(ResetVerification), typeof(IssueEnrollmentPass),
                typeof(ListUsers), typeof(ShowUser), typeof(ShowPerson), typeof(PersonActs), typeof(ShowOverview), typeof(ImportUsers),
                typeof(AddClient), typeof(SetClient), typeof(RemoveClient), typeof(RotateSecret), typeof(ListClients), typeof(ShowClient), typeof(PreviewClient), typeof(ClientUses),
                typeof(ShowPolicy), typeof(SetPolicy), typeof(Simulate),
                typeof(Members), typeof(StartCampaign), typeof(AddMembers), typeof(ExtendCampaign), typeof(RemindCampaign), typeof(CloseCampaign),
                typeof(CountCampaign), typeof(ShowCampaign), typeof(ListCampaigns), typeof(ExportCampaign),
                typeof(AddGroup), typeof(SetGroup), typeof(RemoveGroup), typeof(ListGroups), typeof(ShowGroup),
                typeof(AddToken), typeof(ListTokens), typeof(RevokeToken), typeof(ApiCallers), typeof(ApiGuard), typeof(Cli.Remote.CommandGate),
                typeof(SetMailTemplate), typeof(ResetMailTemplate), typeof(ListOutbox), typeof(RetryMail), typeof(SendTestMail), typeof(PreviewMail),
                typeof(ListKeys), typeof(RotateKeys), typeof(RevokeKey),
                typeof(ListAudit), typeof(ExportAudit), typeof(VerifyAudit), typeof(ShowCheckpoint),
                typeof(SetSettings), typeof(ShowSettings), typeof(OwnerSetup), typeof(DocumentDiff), typeof(DocumentApply),
                typeof(DocumentExport), typeof(DocumentDrift), typeof(Diagnosis.Doctor), typeof(PreviewSettings),
            })
            {
                services.TryAddSingleton(operation);
            }

            return services.AddMail();
        }
    }
}
