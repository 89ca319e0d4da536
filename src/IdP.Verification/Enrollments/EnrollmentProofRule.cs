using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Verification.Enrollments;

/// <summary>What a first enrollment needs besides the password, so that a thief of the password cannot enrol an app of his own.</summary>
public static class EnrollmentProofRule
{
    /// <summary>After so long without a sign-in nobody knows who has the password by now.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromDays(30);

    /// <summary>The proof that is asked of somebody who has no authenticator.</summary>
    /// <param name="policy">Of the resource on whose way they enrol.</param>
    /// <param name="person">Who.</param>
    /// <param name="catalog">Every policy: an authenticator opens them all, so what one of them demands holds on every way.</param>
    /// <param name="inDoubt">The account was idle, or was opened again by an admin.</param>
    /// <param name="canMail">Mails reach people.</param>
    /// <returns><see cref="EnrollmentProof.None"/>, <see cref="EnrollmentProof.Mail"/> or <see cref="EnrollmentProof.Admin"/>.</returns>
    public static EnrollmentProof Of(ResourcePolicy policy, Person person, CatalogSnapshot catalog, bool inDoubt, bool canMail)
    {
        var wanted = policy.EnrollmentProof ?? catalog.Verification.EnrollmentProof;
        foreach (var other in catalog.ClientPolicies)
        {
            if (other.EnrollmentProof is EnrollmentProof.Mail or EnrollmentProof.Admin && other.EnrollmentProof > wanted
                && other.ModeFor(person.Groups).Mode != VerificationMode.NotRequired)
            {
                wanted = other.EnrollmentProof.Value;
            }
        }

        if (wanted == EnrollmentProof.Automatic) wanted = inDoubt ? EnrollmentProof.Mail : EnrollmentProof.None;
        var hasMail = canMail && person is { Email: not null, EmailVerified: true };
        return wanted == EnrollmentProof.Mail && !hasMail ? EnrollmentProof.Admin : wanted;
    }

    /// <summary>Writes down, before a sign-in hides it, that somebody who is not enrolled was idle.</summary>
    internal static async ValueTask KeepInDoubtAsync(Statements statements, string userId, DateTimeOffset now) =>
        await statements.ExecuteAsync("""
            INSERT INTO enrollments (user_id, cause, must_enroll, skips, proof_required)
            SELECT u.id, 'New', @p2, 0, @p3 FROM users u WHERE u.id = @p0 AND COALESCE(u.last_sign_in_at, u.created_at) <= @p1
            ON CONFLICT (user_id) DO UPDATE SET proof_required = @p3
            """, userId, now - IdleAfter, false, true);
}
