using System.Text.Json;
using System.Text.Json.Serialization;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

/// <summary>Everything that an admin may know of one person.</summary>
internal sealed class ShowUser(IdPDatabase database, TimeProvider clock)
{
    /// <param name="Until">When the lock ends by itself; null: when an admin ends it.</param>
    /// <param name="Reference">The number that the person reads out to support.</param>
    public sealed record Lock(string Kind, DateTimeOffset? Until, string? Reference);

    public sealed record Person
    {
        public required string Id { get; init; }

        public required string Username { get; init; }

        public required string DisplayName { get; init; }

        public string? Email { get; init; }

        public bool EmailVerified { get; init; }

        public required IReadOnlyList<string> Roles { get; init; }

        public required IReadOnlyList<string> Groups { get; init; }

        public required IReadOnlyDictionary<string, JsonElement> Claims { get; init; }

        public string? Locale { get; init; }

        public string? ZoneInfo { get; init; }

        public bool Disabled { get; init; }

        /// <summary>When the person said "this wasn't me"; it is disabled as well. Null: not frozen.</summary>
        public DateTimeOffset? FrozenAt { get; init; }

        public bool HasPassword { get; init; }

        public bool MustChangePassword { get; init; }

        /// <summary>As in <see cref="EnrollmentView"/>.</summary>
        public required string State { get; init; }

        public DateTimeOffset? RequiredAt { get; init; }

        public string? RequiredBy { get; init; }

        public DateTimeOffset? Deadline { get; init; }

        public int? DaysLeft { get; init; }

        public EnrollmentCause? Cause { get; init; }

        public int Skips { get; init; }

        public DateTimeOffset? ActiveSince { get; init; }

        public int Authenticators { get; init; }

        public int RecoveryCodesLeft { get; init; }

        public required IReadOnlyList<Lock> Locks { get; init; }

        public int Sessions { get; init; }

        public DateTimeOffset? LastSignInAt { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        /// <summary>The <see cref="UserVersion"/> as an ETag; a header in the API.</summary>
        [JsonIgnore]
        public string ETag { get; init; } = "";
    }

    /// <returns>Null when there is no such person.</returns>
    public async Task<Person?> HandleAsync(string userName, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        if (await db.FindPersonAsync(userName, ct) is not { User: var user } person) return null;
        var now = clock.GetUtcNow();
        var state = person.State(now);
        return new Person
        {
            Id = user.Id, Username = user.UserName, DisplayName = user.DisplayName, Email = user.Email, EmailVerified = user.EmailVerified,
            Roles = user.Roles, Groups = user.Groups, Claims = user.Claims, Locale = user.Locale, ZoneInfo = user.ZoneInfo,
            Disabled = user.DisabledAt is not null, FrozenAt = user.FrozenAt, HasPassword = user.PasswordHash is not null, MustChangePassword = user.MustChangePassword,
            State = state.State, Deadline = state.Deadline, DaysLeft = state.DaysLeft,
            RequiredAt = person.Enrollment?.RequiredAt, RequiredBy = person.Enrollment?.RequiredBy,
            Cause = state.State is EnrollmentView.Period or EnrollmentView.MustEnroll or EnrollmentView.Expired ? person.Enrollment?.Cause : null,
            Skips = person.Enrollment?.Skips ?? 0, ActiveSince = person.Enrollment?.ActiveSince,
            Authenticators = await db.TotpAuthenticators.CountAsync(a => a.UserId == user.Id, ct) + await db.Passkeys.CountAsync(p => p.UserId == user.Id, ct),
            RecoveryCodesLeft = await db.RecoveryCodes.CountAsync(c => c.UserId == user.Id && c.UsedAt == null, ct),
            Locks = [.. LocksOf(person, state, now)],
            Sessions = await db.Sessions.CountAsync(
                s => s.UserId == user.Id && s.RevokedAt == null && s.ExpiresAt > now && s.CredentialGeneration == user.CredentialGeneration, ct),
            LastSignInAt = user.LastSignInAt, CreatedAt = user.CreatedAt, ETag = UserVersion.ETagOf(user),
        };
    }

    private static IEnumerable<Lock> LocksOf(StoredPerson person, EnrollmentView state, DateTimeOffset now)
    {
        if (state.State == EnrollmentView.Expired) yield return new Lock("enrollmentExpired", null, person.Enrollment?.LockReference);
        if (person.Verification.IsLocked(now)) yield return new Lock("verificationAttempts", person.Verification!.LockedUntil, person.Verification.Reference);
        if (person.Password.IsLocked(now)) yield return new Lock("passwordAttempts", person.Password!.LockedUntil, person.Password.Reference);
    }
}
