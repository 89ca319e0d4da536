namespace IdP.Server.Admin.Diagnosis;

internal enum CheckState { Ok, Warning, Problem }

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Found">How it is, in a sentence.</param>
/// <param name="Do">What to do about it; null: nothing.</param>
internal sealed record Check(string Name, CheckState State, string Found, string? Do = null)
{
    public static Check Ok(string name, string found) => new(name, CheckState.Ok, found);

    public static Check Warning(string name, string found, string what) => new(name, CheckState.Warning, found, what);

    public static Check Problem(string name, string found, string what) => new(name, CheckState.Problem, found, what);
}
