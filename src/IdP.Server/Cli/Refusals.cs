using FluentValidation;
using IdP.Server.Admin.Access;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Cli;

/// <summary>What an operation refused by throwing, in sentences.</summary>
internal static class Refusals
{
    /// <returns>The exit code; null: it is no refusal, and nothing was said.</returns>
    public static int? Say(Exception refused, CommandOutput output)
    {
        switch (refused)
        {
            case ForbiddenException forbidden:
                return output.Fail(forbidden.Message);
            case ValidationException invalid:
                foreach (var failure in invalid.Errors) output.Fail(failure.ErrorMessage);
                return ExitCode.Refused;
            case DbUpdateException:
                return output.Fail("Somebody changed the same thing at this moment. Nothing was done; try again.");
            default:
                return null;
        }
    }
}
