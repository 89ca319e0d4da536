using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Users;

/// <summary>A person who can sign in.</summary>
public sealed class User
{
    /// <summary>The stable, opaque id; the <c>sub</c> of every token. Never reused.</summary>
    public required string Id { get; init; }

    public required string UserName { get; set; }

    /// <summary><see cref="UserNames.Normalize"/> of the user name; unique.</summary>
    public required string NormalizedUserName { get; set; }

    public string? Email { get; set; }

    /// <summary>Unique where set, and never equal to another person's user name: both are typed into one field.</summary>
    public string? NormalizedEmail { get; set; }

    public bool EmailVerified { get; set; }

    public required string DisplayName { get; set; }

    /// <summary>Versioned hash with its parameters; null while no password was ever set.</summary>
    public string? PasswordHash { get; set; }

    public DateTimeOffset? PasswordChangedAt { get; set; }

    /// <summary>The next sign-in asks for a new password before anything else opens.</summary>
    public bool MustChangePassword { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>When the person said "this wasn't me"; the account is then disabled too, until an admin has looked. Null: not frozen.</summary>
    public DateTimeOffset? FrozenAt { get; set; }

    /// <summary>Admin roles. Whoever has one has five verification attempts, whatever the setting says.</summary>
    public List<string> Roles { get; set; } = [];

    public List<string> Groups { get; set; } = [];

    /// <summary>Claims of the person's own: name to JSON value.</summary>
    public Dictionary<string, System.Text.Json.JsonElement> Claims { get; set; } = [];

    /// <summary>BCP 47 tag of the person's language, or null.</summary>
    public string? Locale { get; set; }

    /// <summary>IANA time zone, or null for the organisation's.</summary>
    public string? ZoneInfo { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? LastSignInAt { get; set; }

    /// <summary>
    /// Rises when what the person had proven no longer counts (reset, lock, compromise). Sessions, codes and refresh
    /// tokens remember the value they were made under and are dead once it differs.
    /// </summary>
    public int CredentialGeneration { get; set; }
}

/// <summary>How user names are compared.</summary>
public static class UserNames
{
    /// <summary>
    /// One form for every spelling of a name: compatibility decomposition, upper case, no spaces around. The counters
    /// of attempts use it too, so that spelling variants share one.
    /// </summary>
    public static string Normalize(string name)
    {
        var trimmed = name.Trim();
        // Unpaired surrogates cannot be normalized and PostgreSQL knows no null character; no stored name has one, so such
        // a name is just unknown.
        if (trimmed.Contains('\0')) return "\uFFFD";
        try
        {
            return trimmed.Normalize(System.Text.NormalizationForm.FormKC).ToUpperInvariant();
        }
        catch (ArgumentException)
        {
            return "\uFFFD";
        }
    }
}

internal sealed class UserMapping : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> user)
    {
        user.ToTable("users");
        user.HasKey(u => u.Id);
        user.Property(u => u.Id).HasMaxLength(64);
        user.Property(u => u.UserName).HasMaxLength(256);
        user.Property(u => u.NormalizedUserName).HasMaxLength(256);
        user.Property(u => u.Email).HasMaxLength(320);
        user.Property(u => u.NormalizedEmail).HasMaxLength(320);
        user.Property(u => u.DisplayName).HasMaxLength(256);
        user.HasIndex(u => u.NormalizedUserName).IsUnique();
        user.HasIndex(u => u.NormalizedEmail).IsUnique();
    }
}
