using System.Buffers.Text;
using System.Data.Common;
using System.Text.Json;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using Microsoft.AspNetCore.Identity;

namespace IdP.Verification.Methods.Passkeys;

/// <summary>A person as the framework's handler needs them.</summary>
public sealed record PasskeyOwner(string Id, string UserName);

/// <summary>Lets the framework's handler read people and their passkeys. It writes nothing: that is done in our transactions.</summary>
public sealed class PasskeyStore(IdPDatabase database) : IUserPasskeyStore<PasskeyOwner>
{
    private const string Columns = """
        p.id, p.user_id, p.name, p.credential_id, p.public_key, p.sign_count, p.transports, p.is_backup_eligible, p.is_backed_up, p.aaguid,
        p.attestation_object, p.client_data_json, p.created_at, p.last_used_at
        """;

    /// <summary>The passkeys of a person, the one used last first.</summary>
    public ValueTask<List<Passkey>> ListAsync(string userId) => database.ReadAsync(s => s.AllAsync(
        $"SELECT {Columns} FROM passkeys p WHERE p.user_id = @p0 ORDER BY COALESCE(p.last_used_at, p.created_at) DESC, p.id", Read, userId));

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PasskeyOwner user, CancellationToken cancellationToken) =>
        [.. (await ListAsync(user.Id)).Select(Info)];

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken) =>
        await database.ReadAsync(s => s.FirstAsync(
            $"SELECT {Columns} FROM passkeys p WHERE p.credential_id = @p0 AND p.user_id = @p1",
            row => Info(Read(row)), Base64Url.EncodeToString(credentialId), user.Id));

    public async Task<PasskeyOwner?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await database.ReadAsync(s => s.FirstAsync(
            "SELECT u.id, u.user_name FROM passkeys p JOIN users u ON u.id = p.user_id WHERE p.credential_id = @p0",
            row => new PasskeyOwner(row.GetString(0), row.GetString(1)), Base64Url.EncodeToString(credentialId)));

    public async Task<PasskeyOwner?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(s => s.FirstAsync(
            "SELECT u.id, u.user_name FROM users u WHERE u.id = @p0", row => new PasskeyOwner(row.GetString(0), row.GetString(1)), userId));

    public Task<string> GetUserIdAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult(user.Id);

    public Task<string?> GetUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.UserName);

    public Task AddOrUpdatePasskeyAsync(PasskeyOwner user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RemovePasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetUserNameAsync(PasskeyOwner user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> GetNormalizedUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetNormalizedUserNameAsync(PasskeyOwner user, string? normalizedName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> CreateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> UpdateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> DeleteAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PasskeyOwner?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
        // The database belongs to the host.
    }

    private static UserPasskeyInfo Info(Passkey row) => new(
        Base64Url.DecodeFromChars(row.CredentialId), Base64Url.DecodeFromChars(row.PublicKey), row.CreatedAt, (uint)row.SignCount, [.. row.Transports],
        isUserVerified: true, row.IsBackupEligible, row.IsBackedUp, Base64Url.DecodeFromChars(row.AttestationObject), Base64Url.DecodeFromChars(row.ClientDataJson));

    private static Passkey Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        UserId = row.GetString(1),
        Name = row.GetString(2),
        CredentialId = row.GetString(3),
        PublicKey = row.GetString(4),
        SignCount = row.GetInt64(5),
        Transports = JsonSerializer.Deserialize<List<string>>(row.GetString(6))!,
        IsBackupEligible = row.GetBoolean(7),
        IsBackedUp = row.GetBoolean(8),
        Aaguid = row.NullableString(9),
        AttestationObject = row.GetString(10),
        ClientDataJson = row.GetString(11),
        CreatedAt = row.Time(12),
        LastUsedAt = row.NullableTime(13),
    };
}
