using System.Reflection;
using System.Text.RegularExpressions;
using IdP.Testing;

namespace IdP.Tests;

/// <summary>What may use what, as docs/architecture.md says.</summary>
internal sealed class ArchitectureTests
{
    private static readonly string[] Projects = ["IdP.Storage", "IdP.Verification", "IdP.Protocol", "idp"];

    [Test]
    public void A_project_uses_only_projects_below_it()
    {
        for (var i = 0; i < Projects.Length; i++)
        {
            var used = Assembly.Load(Projects[i]).GetReferencedAssemblies().Select(a => a.Name);

            Assert.That(used.Intersect(Projects[i..]), Is.Empty, Projects[i]);
        }
    }

    [TestCase("Requests")]
    [TestCase("ClientAuthentication")]
    [TestCase("Grants")]
    [TestCase("Tokens")]
    public void What_endpoints_are_made_of_does_not_know_endpoints(string folder)
    {
        var knowing = Sources("src/IdP.Protocol/" + folder).Where(f => File.ReadAllText(f).Contains("IdP.Protocol.Endpoints", StringComparison.Ordinal));

        Assert.That(knowing, Is.Empty);
    }

    [Test]
    public void Grants_do_not_use_each_other()
    {
        var grants = Sources("src/IdP.Protocol/Grants").Where(f => f.EndsWith("Grant.cs", StringComparison.Ordinal)).ToList();
        var names = grants.Select(Path.GetFileNameWithoutExtension)
            .Where(name => Regex.IsMatch(File.ReadAllText(grants.Single(f => Path.GetFileNameWithoutExtension(f) == name)), $@"class {name}\b.*: IGrant")).ToList();

        foreach (var grant in grants)
        {
            var others = names.Where(name => name != Path.GetFileNameWithoutExtension(grant));
            Assert.That(others.Where(name => Regex.IsMatch(File.ReadAllText(grant), $@"\b{name}\b")), Is.Empty, grant);
        }
    }

    [Test]
    public void Only_the_policy_makes_decisions()
    {
        // A Proceed that somebody else makes would be a second policy.
        var makers = Sources("src").Where(f => File.ReadAllText(f).Contains("new Decision.Proceed(", StringComparison.Ordinal)).Select(Path.GetFileName);

        Assert.That(makers.Except(["VerificationPolicy.cs"]), Is.Empty);
    }

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
}
