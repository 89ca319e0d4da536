using System.Text.Json;
using FluentValidation;
using IdP.Storage.Users;

namespace IdP.Server.Admin.Groups;

/// <summary>What is to be different of a group; null keeps what is stored, an empty text takes it away.</summary>
internal sealed record GroupPatch
{
    public static string NameRule() => Sentence.Of($"A group is a name of 1 to 128 characters without control characters.");

    public string? Description { get; init; }

    /// <summary>Replaces all of the group's claims.</summary>
    public Dictionary<string, JsonElement>? Claims { get; init; }

    /// <summary>Changes the group and tells what became different.</summary>
    public ChangeList ApplyTo(Group group)
    {
        var changes = new ChangeList();
        changes.Compare("description", group.Description, Description, v => group.Description = v);
        changes.Compare("claims", group.Claims, Claims, v => group.Claims = v);
        return changes;
    }

    /// <summary>What is wrong with a name, in a sentence; null: nothing. A person's groups follow the same rule.</summary>
    public static string? NameProblem(string name) =>
        name.Length is 0 or > 128 || Texts.HasControls(name) ? NameRule() : null;

    public sealed class Validator : AbstractValidator<GroupPatch>
    {
        public Validator()
        {
            RuleFor(p => p.Description).Must(d => d is null || (d.Length <= 256 && !Texts.HasControls(d)))
                .WithMessage(Sentence.Of($"description must have at most 256 characters and no control characters.")).OverridePropertyName("description");
            RuleFor(p => p.Claims).Custom(ClaimRules.Check);
        }
    }
}
