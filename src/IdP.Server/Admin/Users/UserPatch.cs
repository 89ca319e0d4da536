using System.Text.Json;
using FluentValidation;
using IdP.Storage.Users;

namespace IdP.Server.Admin.Users;

/// <summary>What is to be different of a person; null keeps what is stored, an empty text takes it away.</summary>
internal sealed record UserPatch
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
            added => $"{user.UserName} gets the admin role {string.Join(" and ", added)}.");
        changes.Compare("groups", user.Groups, Groups, v => user.Groups = v);
        changes.Compare("locale", user.Locale, Locale, v => user.Locale = v);
        changes.Compare("zoneInfo", user.ZoneInfo, ZoneInfo, v => user.ZoneInfo = v);
        if (Claims is not null) CompareClaims(user, changes);
        return changes;
    }

    private void CompareClaims(User user, ChangeList changes)
    {
        List<string> words = [];
        foreach (var (name, value) in Claims!)
        {
            if (!user.Claims.TryGetValue(name, out var old)) words.Add("+" + name);
            else if (!JsonElement.DeepEquals(old, value)) words.Add(name + " changed");
        }

        words.AddRange(user.Claims.Keys.Except(Claims.Keys).Select(name => "-" + name));
        if (words.Count == 0) return;
        user.Claims = new Dictionary<string, JsonElement>(Claims);
        changes.Add(new Change("claims: " + string.Join(' ', words)));
    }

    public sealed class Validator : AbstractValidator<UserPatch>
    {
        // What the protocol says by itself cannot be a claim of the person's own.
        private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
        {
            "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "acr", "amr", "auth_time", "azp", "at_hash", "c_hash",
            "s_hash", "sid", "events", "scope", "client_id", "cnf", "act", "may_act", "token_type",
        };

        public Validator()
        {
            RuleFor(p => p.DisplayName).MaximumLength(256).WithMessage("displayName must have at most 256 characters.")
                .Must(NoControls).WithMessage("displayName must not have control characters.").OverridePropertyName("displayName");
            RuleFor(p => p.Email).Must(IsAddress!).When(p => p.Email is { Length: > 0 })
                .WithMessage("email must be an address such as maya@example.com.").OverridePropertyName("email");
            RuleForEach(p => p.Roles).Must(r => r == "admin" || Admin.Roles.All.Contains(r))
                .WithMessage($"roles must be among {string.Join(", ", Admin.Roles.All)}.").OverridePropertyName("roles");
            RuleForEach(p => p.Groups).Must(g => g.Length is > 0 and <= 128 && !Texts.HasControls(g))
                .WithMessage("A group is a name of 1 to 128 characters without control characters.").OverridePropertyName("groups");
            RuleFor(p => p.Locale).Matches("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$").When(p => p.Locale is { Length: > 0 })
                .WithMessage("locale must be a language tag such as en or de-AT.").OverridePropertyName("locale");
            RuleFor(p => p.ZoneInfo).Must(z => TimeZoneInfo.TryFindSystemTimeZoneById(z!, out _)).When(p => p.ZoneInfo is { Length: > 0 })
                .WithMessage("zoneInfo must be a time zone such as Europe/Vienna.").OverridePropertyName("zoneInfo");
            RuleFor(p => p.Claims).Custom((claims, context) =>
            {
                foreach (var name in (claims ?? []).Keys.Where(n => n.Length is 0 or > 128 || Reserved.Contains(n)))
                {
                    context.AddFailure("claims", $"The claim {name} cannot be given: its name is empty, too long, or the protocol's own.");
                }
            });
        }

        private static bool NoControls(string? text) => text is null || !Texts.HasControls(text);

        private static bool IsAddress(string text) =>
            text.Length <= 320 && !Texts.HasControls(text) && !text.Any(char.IsWhiteSpace)
            && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at == text.LastIndexOf('@') && at < text.Length - 1;
    }
}
