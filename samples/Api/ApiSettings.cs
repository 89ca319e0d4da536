namespace Samples.Api;

/// <summary>What the API must know to believe a token.</summary>
/// <param name="Authority">The issuer, exactly as it calls itself in its discovery document.</param>
/// <param name="Audience">What this API is called in <c>aud</c>: the address at which it is registered.</param>
internal sealed record ApiSettings(string Authority, string Audience)
{
    public static ApiSettings Read(IConfiguration configuration) =>
        new(RequireSafe(configuration["Authority"]!), configuration["Audience"]!);

    // Whoever can change the keys on their way decides who gets in; loopback is the one exception, for trying things out.
    private static string RequireSafe(string authority) =>
        Uri.TryCreate(authority, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? authority
            : throw new InvalidOperationException("Authority must be an https address, or http on this machine.");
}
