namespace IdP.Server.Configuration;

/// <summary>Something in a document that cannot be applied.</summary>
/// <param name="Path">JSON path such as <c>$.clients[0].redirectUris[1]</c>.</param>
/// <param name="Problem">A sentence.</param>
internal sealed record DocumentError(string Path, string Problem)
{
    public override string ToString() => $"{Path}: {Problem}";
}
