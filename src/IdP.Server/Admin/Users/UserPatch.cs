using System.Text.Json;
using FluentValidation;
using IdP.Server.Admin.Groups;
using IdP.Storage.Users;

namespace IdP.Server.Admin.Users;

/// <summary>What is to be different of a person; null keeps what is stored, an empty text takes it away.</summary>
internal record UserPatch
{
    public string? DisplayName { get; init; }

    public string? Email { get; init; }

    public bool? EmailVerified { get; init; }

    public List<string>? Roles { get; init; }

    public List<string>? Groups { get; init; }

    public Dictionary<string, JsonElement>? Claims { get; init; }

    public string? Locale { get; init; }

    public string? ZoneInfo { get; init; }

    /// <summary>Changes the person and tells what became different.</summary>
    public ChangeList ApplyTo(User user)
    {
        var changes = new ChangeList();
        changes.Compare("displayName", user.DisplayName, DisplayName is "" ? user.UserName : DisplayName, v => user.DisplayName = v!);
        changes.Compare("email", user.Email, Email, v =>
        {
            user.Email = v;
            user.NormalizedEmail = v is null ? null : UserNames.Normalize(v);
            // Another address has proven nothing yet.
            user.EmailVerified = false;
        });
        changes.Compare("emailVerified", user.EmailVerified, EmailVerified, v => user.EmailVerified = v);
        changes.Compare("roles", user.Roles, Roles is null ? null : Admin.Roles.Normalize(Roles), v => user.Roles = v,
            added => Sentence.Of($"{user.UserName} gets the admin role {string.Join($" {Sentence.Of($"and")} ", added)}."));
        changes.Compare("groups", user.Groups, Groups, v => user.Groups = v);
        changes.Compare("locale", user.Locale, Locale, v => user.Locale = v);
        changes.Compare("zoneInfo", user.ZoneInfo, ZoneInfo, v => user.ZoneInfo = v);
        changes.Compare("claims", user.Claims, Claims, v => user.Claims = v);
        return changes;
    }

    public sealed class Validator : AbstractValidator<UserPatch>
    {
        public Validator()
        {
            RuleFor(p => p.DisplayName).MaximumLength(256).WithMessage(Sentence.Of($"displayName must have at most 256 characters."))
                .Must(NoControls).WithMessage(Sentence.Of($"displayName must not have control characters.")).OverridePropertyName("displayName");
            RuleFor(p => p.Email).Must(e => IsAddress(e!)).When(p => p.Email is { Length: > 0 })
                .WithMessage(Sentence.Of($"email must be an address such as maya@example.com.")).OverridePropertyName("email");
            RuleForEach(p => p.Roles).Must(r => r == "admin" || Admin.Roles.All.Contains(r))
                .WithMessage(Sentence.Of($"roles must be among {string.Join(", ", Admin.Roles.All)}.")).OverridePropertyName("roles");
            RuleForEach(p => p.Groups).Must(g => GroupPatch.NameProblem(g) is null)
                .WithMessage(GroupPatch.NameRule()).OverridePropertyName("groups");
            RuleFor(p => p.Locale).Matches("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$").When(p => p.Locale is { Length: > 0 })
                .WithMessage(Sentence.Of($"locale must be a language tag such as en or de-AT.")).OverridePropertyName("locale");
            RuleFor(p => p.ZoneInfo).Must(z => TimeZoneInfo.TryFindSystemTimeZoneById(z!, out _)).When(p => p.ZoneInfo is { Length: > 0 })
                .WithMessage(Sentence.Of($"zoneInfo must be a time zone such as Europe/Vienna.")).OverridePropertyName("zoneInfo");
            RuleFor(p => p.Claims).Custom(ClaimRules.Check);
        }

        private static bool NoControls(string? text) => text is null || !Texts.HasControls(text);
    }

    /// <summary>Whether a text is an e-mail address, as far as that can be seen.</summary>
    public static bool IsAddress(string text) =>
        text.Length <= 320 && !Texts.HasControls(text) && !text.Any(char.IsWhiteSpace)
        && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at == text.LastIndexOf('@') && at < text.Length - 1;
}
