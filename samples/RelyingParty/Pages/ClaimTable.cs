using System.Globalization;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Pages;

/// <summary>
/// Claims as a table; the cell of a claim has the id <c>{prefix}-{claim}</c>. A name that only UserInfo gave is added.
/// </summary>
internal static class ClaimTable
{
    private static readonly string[] First = ["sub", "name", "acr", "amr", "auth_time", "sid", "iss", "aud", "exp"];

    public static Html Of(ClaimSet claims, string prefix, ClaimSet? profile = null) => Html.Of($"""
        <table>
        <thead><tr><th scope="col">Claim</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
        <tbody>
        {First.Where(claims.Names.Contains).Union(claims.Names).Select(name => Row(claims, name, prefix))}
        {(claims["name"] is null && profile?["name"] is not null ? Row(profile, "name", prefix, "From UserInfo") : null)}
        </tbody>
        </table>
        """);

    private static Html Row(ClaimSet claims, string name, string prefix, string? meaning = null) => Html.Of($"""
        <tr><th scope="row">{name}</th><td id="{prefix}-{name}">{claims[name]}</td>
        <td class="soft">{meaning ?? Meaning(claims, name)}</td></tr>
        """);

    private static string Meaning(ClaimSet claims, string name) => (name, claims[name]) switch
    {
        ("acr", "pwd") => "Password only",
        ("acr", "mfa") => "Password and identity verification",
        ("acr", "phr") => "Phishing-resistant",
        ("amr", _) => "How the person proved who they are",
        ("sub", _) => "Who, as a stable id",
        ("sid", _) => "The session at the identity provider",
        ("iss", _) => "Who says so",
        ("aud", _) => "Which app is told",
        ("auth_time" or "exp" or "iat", _) when claims.Time(name) is { } at =>
            at.ToString("dddd, d MMMM yyyy, HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
        _ => "",
    };
}
