using NUnit.Framework;

namespace IdP.Testing;

/// <summary>
/// What a test needs beside .NET. Where it is missing the test is ignored, with the reason that <c>tests/run</c> gave in
/// <c>IDP_TESTS_WITHOUT</c> and <c>IDP_TESTS_WITHOUT_NAME</c>, or with the reason found here.
/// </summary>
public static class Requires
{
    public static void Browser() => Or("browser", Chromium is null ? "Chromium is not installed." : null);

    public static void Postgres() => Or("postgres", PostgresCluster.Unavailable);

    public static void Oathtool() => Or("oathtool", Missing("oathtool"));

    public static void Zbar() => Or("zbar", Missing("zbarimg"));

    /// <summary>Node and the packages of <c>tests/node</c>.</summary>
    public static void Node() =>
        Or("node", Missing("node") ?? (Directory.Exists(Repository.NodeModules) ? null : "tests/node has no node_modules."));

    public static void Database(TestDatabaseKind kind)
    {
        if (kind == TestDatabaseKind.Postgres) Postgres();
    }

    /// <summary>Path of the browser program; null when there is none.</summary>
    public static string? Chromium { get; } =
        Programs.Find("chromium") ?? Programs.Find("chromium-browser") ?? Programs.Find("google-chrome");

    private static string? Missing(string program) =>
        Programs.Find(program) is null ? $"{program} is not installed." : null;

    private static void Or(string name, string? found)
    {
        var without = Environment.GetEnvironmentVariable("IDP_TESTS_WITHOUT")?.Split(',') ?? [];
        var reason = without.Contains(name)
            ? Environment.GetEnvironmentVariable($"IDP_TESTS_WITHOUT_{name.ToUpperInvariant()}") ?? $"IDP_TESTS_WITHOUT names {name}."
            : found;
        if (reason is not null) Assert.Ignore($"{reason} (tests/run installs what is missing where it may.)");
    }
}
