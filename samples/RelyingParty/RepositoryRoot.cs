namespace Samples.RelyingParty;

/// <summary>The folder that holds <c>IdP.sln</c>, where the samples find what they share.</summary>
public static class RepositoryRoot
{
    /// <returns>The first folder above the program that holds the solution, otherwise the current directory.</returns>
    public static string Find()
    {
        // `dotnet run --project` keeps the caller's working directory, so the search begins at the program.
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "IdP.sln"))) return folder.FullName;
        return Directory.GetCurrentDirectory();
    }

    /// <summary>The file in which Demo keeps the secret of a sample client.</summary>
    public static string SecretFile(string clientId) =>
        Path.Combine(Find(), "data", "demo", clientId + ".secret");
}
