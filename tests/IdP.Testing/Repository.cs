namespace IdP.Testing;

/// <summary>Where things are in the working copy that these tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string NodeModules { get; } = Path.Combine(Root, "tests", "node", "node_modules");

    /// <summary>Screenshots and logs of failed tests; kept after the run, ignored by git.</summary>
    public static string Artifacts { get; } = Path.Combine(Root, "artifacts");

    /// <summary>The program as the build left it, in the same configuration as the running tests.</summary>
    public static string ServerDll { get; } =
        Path.Combine(Root, "src", "IdP.Server", "bin", Configuration, "net10.0", "idp.dll");

    private static string Configuration =>
        new DirectoryInfo(AppContext.BaseDirectory).Parent?.Name ?? "Debug";

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "IdP.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("No folder above the tests holds IdP.sln.");
    }
}
