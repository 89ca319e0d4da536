using IdP.Storage.Database;
using IdP.Verification.SignIn;

namespace IdP.Verification.Methods;

/// <summary>How a taken answer ended.</summary>
public enum Taken
{
    /// <summary>Right, and now used.</summary>
    Right,

    /// <summary>Wrong.</summary>
    Wrong,

    /// <summary>It was right once and has been used.</summary>
    UsedBefore,
}

/// <summary>One way to verify: a family, so that passkeys and others can join.</summary>
public interface IVerificationMethod
{
    /// <summary>The method's name in policies.</summary>
    string Name { get; }

    /// <summary>Brings what was typed into the form that is compared.</summary>
    /// <returns>Null when it cannot be an answer at all: then it is no guess and not counted.</returns>
    string? Normalize(string? input);

    /// <summary>Compares and uses up the answer in one step: of any number of callers, on any node, one gets Right.</summary>
    ValueTask<Taken> TakeAsync(Statements statements, Person person, string answer, DateTimeOffset now);
}
