using System.CommandLine;
using IdP.Server.Admin.Access;

namespace IdP.Server.Cli;

/// <summary>A verb with its arguments and options: whoever holds which rights may run it, and what it does.</summary>
/// <param name="needs">The rights without which a token does not run it; empty: any right; null: it runs on the host alone.</param>
internal sealed class Verb(string name, string description, IReadOnlyList<Right>? needs, Func<Call, Task<int>> work) : Command(name, description)
{
    /// <inheritdoc cref="Verb" path="/param[@name='needs']"/>
    public IReadOnlyList<Right>? Needs => needs;

    public Task<int> RunAsync(Call call) => work(call);
}
