using System.Text.Json;
using Samples.RelyingParty.Apis;
using Samples.RelyingParty.Pages;

namespace Samples.Notes;

/// <summary>What the payroll API knows of the person: for the salary their sign-in is enough, for the account it is not.</summary>
internal static class PayrollPages
{
    public static Html Links { get; } = Html.Of($"""
        <section class="card flow">
        <h2>From the payroll API</h2>
        <p>Notes asks another program for these, with an access token of yours. It shows your salary to whoever signed in,
        and your bank account only after identity verification.</p>
        <div class="row">
        <a class="btn" id="salary" href="/salary">Show my salary</a>
        <a class="btn" id="bank-account" href="/bank-account">Show my bank account</a>
        </div>
        </section>
        """);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApiPage("/salary", "/salary", "Your salary", json => Html.Of($"""
            <p>{Text(json, "month")}: <strong id="net">{Text(json, "currency")} {Text(json, "net")}</strong> paid out of
            {Text(json, "gross")}. All figures are made up.</p>
            """));
        routes.MapApiPage("/bank-account", "/salary/bank-account", "Your bank account", json => Html.Of($"""
            <p>Your salary is paid to <strong class="mono" id="iban">{Text(json, "iban")}</strong>.</p>
            """));
    }

    private static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.ToString() : "";
}
