namespace IdP.Server.Admin;

/// <summary>Who did it, as the audit log says it.</summary>
/// <param name="Name"><c>user:ID</c>, <c>cli:NAME</c>, <c>seed</c> or <c>system</c>.</param>
internal sealed record Actor(string Name)
{
    /// <summary>The document that is read at start.</summary>
    public static Actor Seed { get; } = new("seed");

    /// <summary>Whoever runs the command line on the host.</summary>
    public static Actor CommandLine { get; } = new("cli:" + Environment.UserName);
}
