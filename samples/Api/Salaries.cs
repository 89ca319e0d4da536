using System.Collections.Concurrent;
using Samples.Api.Guarding;
using Samples.Api.Tokens;

namespace Samples.Api;

/// <summary>What people earn and where it is paid to; made up, in memory, and each sees their own.</summary>
internal static class Salaries
{
    public sealed record Salary(string Month, decimal Gross, decimal Net, string Currency);

    public sealed record BankAccount(string Iban);

    private static readonly BankAccount FirstAccount = new("AT61 1904 3002 3457 3201");

    /// <summary>Any sign-in of a person will do.</summary>
    private static readonly Demand ToRead = new("payroll.read", Acr: "pwd");

    /// <summary>Identity verification, in a sign-in that is not older than an hour.</summary>
    private static readonly Demand ToReadAccount = new("payroll.read", Acr: "mfa", MaxAge: TimeSpan.FromHours(1));

    /// <summary>As before, but only five minutes old: whoever changes it redirects the money.</summary>
    private static readonly Demand ToWriteAccount = new("payroll.write", Acr: "mfa", MaxAge: TimeSpan.FromMinutes(5));

    public static void Map(IEndpointRouteBuilder routes)
    {
        var accounts = new ConcurrentDictionary<string, BankAccount>();

        routes.MapGet("/salary", () => new Salary("October 2026", 4200, 2600, "EUR")).WithMetadata(ToRead);

        routes.MapGet("/salary/bank-account", (HttpContext http) =>
            accounts.GetValueOrDefault(Caller.Of(http).Subject, FirstAccount)).WithMetadata(ToReadAccount);

        routes.MapPost("/salary/bank-account", (HttpContext http, BankAccount account) =>
        {
            if (account.Iban is not { Length: >= 15 and <= 42 }) return Results.BadRequest();
            accounts[Caller.Of(http).Subject] = account;
            return Results.Ok(account);
        }).WithMetadata(ToWriteAccount);
    }
}
