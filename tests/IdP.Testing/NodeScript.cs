using System.Diagnostics;

namespace IdP.Testing;

/// <summary>Runs an ES module of <c>tests/node</c>, where peers that know nothing of this code are installed.</summary>
public static class NodeScript
{
    /// <param name="script">File name in <c>tests/node</c>.</param>
    /// <param name="arguments">Read by the script as <c>process.argv.slice(2)</c>.</param>
    public static Task<ProgramResult> RunAsync(string script, params string[] arguments)
    {
        Requires.Node();
        return Programs.RunAsync(new ProcessStartInfo("node", [script, .. arguments])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "node"),
        });
    }
}
