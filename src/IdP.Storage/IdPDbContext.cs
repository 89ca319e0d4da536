using System.Text;
using System.Text.Json;
using IdP.Storage.Audit;
using IdP.Storage.Campaigns;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Grants;
using IdP.Storage.Keys;
using IdP.Storage.Outbox;
using IdP.Storage.Settings;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace IdP.Storage;

/// <summary>The one model. <see cref="SqliteDbContext"/> and <see cref="PostgresDbContext"/> only choose the database.</summary>
public abstract class IdPDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();
    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();
    public DbSet<Campaign> Campaigns => Set<Campaign>();
    public DbSet<CampaignMember> CampaignMembers => Set<CampaignMember>();
    public DbSet<Group> Groups => Set<Group>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<PendingSignIn> PendingSignIns => Set<PendingSignIn>();
    public DbSet<OneTimeLink> OneTimeLinks => Set<OneTimeLink>();
    public DbSet<Enrollment> Enrollments => Set<Enrollment>();
    public DbSet<TotpAuthenticator> TotpAuthenticators => Set<TotpAuthenticator>();
    public DbSet<PendingAuthenticator> PendingAuthenticators => Set<PendingAuthenticator>();
    public DbSet<Passkey> Passkeys => Set<Passkey>();
    public DbSet<PasskeyCeremony> PasskeyCeremonies => Set<PasskeyCeremony>();
    public DbSet<EnrollmentPass> EnrollmentPasses => Set<EnrollmentPass>();
    public DbSet<RememberedBrowser> RememberedBrowsers => Set<RememberedBrowser>();
    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();
    public DbSet<AttemptCount> AttemptCounts => Set<AttemptCount>();
    public DbSet<Client> Clients => Set<Client>();
    public DbSet<ClientSecret> ClientSecrets => Set<ClientSecret>();
    public DbSet<ResourcePolicyRow> ResourcePolicies => Set<ResourcePolicyRow>();
    public DbSet<Authorization> Authorizations => Set<Authorization>();
    public DbSet<AuthorizationCode> AuthorizationCodes => Set<AuthorizationCode>();
    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();
    public DbSet<ReferenceToken> ReferenceTokens => Set<ReferenceToken>();
    public DbSet<RevokedAccessToken> RevokedAccessTokens => Set<RevokedAccessToken>();
    public DbSet<DeviceAuthorization> DeviceAuthorizations => Set<DeviceAuthorization>();
    public DbSet<PushedRequest> PushedRequests => Set<PushedRequest>();
    public DbSet<SpentJti> SpentJtis => Set<SpentJti>();
    public DbSet<ApiResource> ApiResources => Set<ApiResource>();
    public DbSet<LogoutDelivery> LogoutDeliveries => Set<LogoutDelivery>();
    public DbSet<Interaction> Interactions => Set<Interaction>();
    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();
    public DbSet<Setting> Settings => Set<Setting>();
    public DbSet<ChangeVersion> ChangeVersions => Set<ChangeVersion>();
    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();
    public DbSet<AuditLink> AuditLinks => Set<AuditLink>();
    public DbSet<AuditCheckpoint> AuditCheckpoints => Set<AuditCheckpoint>();
    public DbSet<OutboxMessage> OutboxMessages => Set<OutboxMessage>();
    public DbSet<MailTemplate> MailTemplates => Set<MailTemplate>();

    internal AuditSeals? Seals { get; set; }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(IdPDbContext).Assembly);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties()) property.SetColumnName(SnakeCase(property.Name));
        }
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // Both databases compare whole milliseconds alike; SQLite cannot compare a DateTimeOffset at all.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<MillisecondsConverter>();
        configurationBuilder.Properties<ClientType>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<ConsentType>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<AccessTokenFormat>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<VerificationMode>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<AuthorizationType>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<EnrollmentCause>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<DeviceState>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<OutboxState>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<List<string>>().HaveConversion<JsonConverter<List<string>>, JsonComparer<List<string>>>();
        configurationBuilder.Properties<List<PolicyRule>>().HaveConversion<JsonConverter<List<PolicyRule>>, JsonComparer<List<PolicyRule>>>();
        configurationBuilder.Properties<PolicyDraft>().HaveConversion<JsonConverter<PolicyDraft>, JsonComparer<PolicyDraft>>();
        configurationBuilder.Properties<Dictionary<string, JsonElement>>()
            .HaveConversion<JsonConverter<Dictionary<string, JsonElement>>, JsonComparer<Dictionary<string, JsonElement>>>();
    }

    internal static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i])) text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    private sealed class MillisecondsConverter() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));

    private sealed class JsonConverter<T>() : ValueConverter<T, string>(
        value => JsonSerializer.Serialize(value, JsonSerializerOptions.Web),
        json => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)!);

    private sealed class JsonComparer<T>() : ValueComparer<T>(
        (left, right) => Serialize(left) == Serialize(right),
        value => Serialize(value).GetHashCode(StringComparison.Ordinal),
        value => JsonSerializer.Deserialize<T>(Serialize(value), JsonSerializerOptions.Web)!)
    {
        private static string Serialize(T? value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
    }
}

/// <summary>The embedded default.</summary>
public sealed class SqliteDbContext(DbContextOptions<SqliteDbContext> options) : IdPDbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        ProgressIndexes.Add(modelBuilder);
    }
}

/// <summary>For many nodes.</summary>
public sealed class PostgresDbContext(DbContextOptions<PostgresDbContext> options) : IdPDbContext(options);
