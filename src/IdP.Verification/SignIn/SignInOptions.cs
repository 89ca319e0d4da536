namespace IdP.Verification.SignIn;

/// <summary>How long things live, how cookies are set, and what of the deployment the sign-in knows.</summary>
public sealed record SignInOptions
{
    /// <summary>The issuer is https: cookies are Secure and carry the <c>__Host-</c> prefix.</summary>
    public bool SecureCookies { get; init; }

    /// <summary>
    /// The issuer. Passkeys belong to its host, and only pages of its origin may use them, whatever a request says of
    /// its host.
    /// </summary>
    public string Issuer { get; init; } = "http://localhost:5080";

    /// <summary>Mails reach people: a mail server is set up, or Development shows them in its inbox.</summary>
    public bool CanMail { get; init; }

    /// <summary>The organisation's name, which no password may be built on; null: unknown.</summary>
    public string? Organisation { get; init; }

    /// <summary>How long a session lives at most.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How long a pending sign-in waits for the verification.</summary>
    public TimeSpan PendingLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How old a verification may be when an authenticator is replaced or removed.</summary>
    public TimeSpan FreshVerification { get; init; } = Decisions.VerificationPolicy.FreshVerification;

    /// <summary>How old a password may be when a first authenticator is set up.</summary>
    public TimeSpan FreshPassword { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How much longer each further wrong password takes, from the fourth on; zero: no slowing down.</summary>
    public TimeSpan SlowDownStep { get; init; } = TimeSpan.FromMilliseconds(200);
}
