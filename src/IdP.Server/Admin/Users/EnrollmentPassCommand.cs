using System.CommandLine;
using IdP.Server.Admin.Access;
using IdP.Server.Cli;

namespace IdP.Server.Admin.Users;

/// <summary><c>idp users enrollment-pass</c>.</summary>
internal static class EnrollmentPassCommand
{
    public static Command Create(Verbs verbs)
    {
        var name = new Argument<string>("USER") { Description = "User name or e-mail address." };
        var hours = new Option<int>("--hours") { Description = "How long it works, 1 to 168; 24 when not given.", DefaultValueFactory = _ => 24 };
        var reason = Verbs.Reason();
        return verbs.Verb("enrollment-pass", "Prints a one-time pass once; with it and the password a person may enrol where the password alone is not enough.", Right.PeopleSupport, [name, hours, reason], async call =>
        {
            var user = call.Value(name);
            switch (await call.Get<IssueEnrollmentPass>().HandleAsync(new(user, call.Value(hours), call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct))
            {
                case IssueEnrollmentPass.Outcome.NoSuchUser: return call.Out.Fail($"There is nobody named {user}. See: idp users list");
                case IssueEnrollmentPass.Outcome.Enrolled: return call.Out.Fail($"{user} has set up identity verification and needs no pass. Reset it with: idp users reset {user}");
                case IssueEnrollmentPass.Outcome.Issued issued:
                    return call.Out.Done($"The one-time pass of {user}, shown this once, until {Call.Time(issued.ExpiresAt)}: {issued.Pass}",
                        new { username = user, pass = issued.Pass, issued.ExpiresAt });
                default: throw new InvalidOperationException("The outcome is not known.");
            }
        });
    }
}
