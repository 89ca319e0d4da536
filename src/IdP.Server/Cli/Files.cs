using System.CommandLine;
using IdP.Server.Configuration;

namespace IdP.Server.Cli;

/// <summary>Names a file that the verb reads. Whoever runs the verb on a server elsewhere reads it and sends it along.</summary>
internal interface INamesFile
{
    /// <summary>Larger files are refused before they are read.</summary>
    int MostBytes { get; }

    /// <summary>What to do with one that is too large, in a sentence; null: there is nothing to say.</summary>
    string? Advice { get; }

    /// <summary>The path as it was typed; null or empty: none was.</summary>
    string? Typed(ParseResult parsed);
}

/// <inheritdoc cref="INamesFile"/>
internal sealed class FileArgument(string name, int mostBytes, string? advice = null) : Argument<string>(name), INamesFile
{
    public int MostBytes => mostBytes;

    public string? Advice => advice;

    public string? Typed(ParseResult parsed) => parsed.GetValue(this);
}

/// <summary>Names a declarative document. What it names in turn, by <c>fromEnv</c> and <c>fromFile</c>, is read where it is typed, too.</summary>
internal sealed class DocumentArgument(string name) : Argument<string>(name), INamesFile
{
    public int MostBytes => ApplyDocument.MostBytes;

    public string? Advice => "Split it: each part can be applied by itself.";

    public string? Typed(ParseResult parsed) => parsed.GetValue(this);
}

/// <inheritdoc cref="INamesFile"/>
internal sealed class FileOption(string name, int mostBytes) : Option<string?>(name), INamesFile
{
    public int MostBytes => mostBytes;

    public string? Advice => null;

    public string? Typed(ParseResult parsed) => parsed.GetValue(this);
}

/// <summary>Names a file that the verb writes, on the machine of whoever typed it.</summary>
internal sealed class OutFileOption(string name, bool overwrites) : Option<string?>(name)
{
    /// <summary>A file that is there already is replaced; else it is refused.</summary>
    public bool Overwrites => overwrites;
}

/// <summary>Has a secret read from standard input.</summary>
/// <param name="asks">Without it the verb asks on the terminal.</param>
/// <param name="unless">With this option nothing is asked.</param>
internal sealed class StdinFlag(string name, bool asks = false, Option<bool>? unless = null) : Option<bool>(name)
{
    /// <summary>Whether the verb wants an answer from the terminal.</summary>
    public bool Asks(ParseResult parsed) => asks && !parsed.GetValue(this) && (unless is null || !parsed.GetValue(unless));
}
