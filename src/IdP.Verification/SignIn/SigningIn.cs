using IdP.Storage.Users;
using IdP.Verification.Decisions;

namespace IdP.Verification.SignIn;

/// <summary>A live session with its person.</summary>
public sealed record SignedIn(Session Session, Person Person)
{
    /// <summary>Set when the browser is remembered for this person.</summary>
    public RememberedBrowser? Remembered { get; init; }

    /// <summary>What the decision looks at. What was proven before a reset does not count.</summary>
    public SessionState State
    {
        get
        {
            var counts = Session.CredentialGeneration == Person.CredentialGeneration;
            return new SessionState
            {
                PasswordAt = Session.PasswordAt,
                PasswordFor = Session.PasswordFor,
                VerifiedAt = counts ? Session.VerifiedAt : null,
                VerifiedFor = counts ? Session.VerifiedFor : null,
                PasskeyAt = counts ? Session.PasskeyAt : null,
                Amr = counts ? Session.Amr.Split(' ') : ["pwd"],
                Skipped = counts && Session.SkippedAt is not null,
                Remembered = Remembered.Proof,
            };
        }
    }
}

/// <summary>
/// Who is at the verification step: somebody whose sign-in is pending, or somebody signed in who is asked for more.
/// </summary>
/// <param name="Person">The person, read in this request.</param>
/// <param name="Pending">Set while the sign-in is not complete.</param>
/// <param name="Session">Set when a session is raised.</param>
public sealed record SigningIn(Person Person, PendingSignIn? Pending, SignedIn? Session)
{
    /// <summary>The request for which they are at it, as <see cref="RequestDemands.Flow"/>; null: an own page.</summary>
    public string? Flow { get; init; }

    /// <summary>Why they are asked, in the words of the decision; empty: nobody said.</summary>
    public IReadOnlyList<string> Asked { get; init; } = [];

    /// <summary>Set when the browser of a pending sign-in is remembered for this person.</summary>
    public RememberedBrowser? Remembered { get; init; }

    /// <summary>To whom a secret being enrolled belongs.</summary>
    public string OwnerId => Pending?.Id ?? Session!.Session.Id;

    /// <summary>A right code does not make it a session yet, because a new password is due.</summary>
    internal bool StaysPending => Pending is not null && Person.MustChangePassword;

    /// <summary>When the password was proven.</summary>
    public DateTimeOffset PasswordAt => Pending?.PasswordAt ?? Session!.Session.PasswordAt;

    /// <summary>What has been proven so far.</summary>
    public SessionState State
    {
        get
        {
            if (Pending is not { } pending) return Session!.State;
            var proof = pending.VerifiedAt is null ? Proof.PasswordOnly : Proof.Before(pending);
            return new SessionState
            {
                PasswordAt = pending.PasswordAt, PasswordFor = pending.PasswordFor, VerifiedAt = pending.VerifiedAt, VerifiedFor = pending.VerifiedFor,
                PasskeyAt = proof.Passkey ? pending.VerifiedAt : null, Amr = proof.After("pwd").Split(' '), Remembered = Remembered.Proof,
            };
        }
    }
}

internal static class RememberedProofs
{
    extension(RememberedBrowser? browser)
    {
        /// <summary>What the decision looks at.</summary>
        public RememberedProof? Proof => browser is null ? null : new RememberedProof(browser.VerifiedAt, browser.ExpiresAt);
    }
}
