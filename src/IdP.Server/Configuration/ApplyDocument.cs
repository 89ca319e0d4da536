using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdP.Server.Admin;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Groups;
using IdP.Server.Admin.PolicyRules;
using IdP.Server.Admin.Settings;
using IdP.Server.Admin.Users;
using IdP.Server.Mail;
using IdP.Storage.Clients;
using IdP.Storage.Users;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.Totp;

namespace IdP.Server.Configuration;

/// <summary>The declarative document (DESIGN §8), read and checked as far as it can be without the database.</summary>
internal sealed record ApplyDocument(JsonObject Settings, IReadOnlyList<ApplyDocument.UserEntry> Users, IReadOnlyList<ApplyDocument.ClientEntry> Clients)
{
    /// <summary>Registered APIs.</summary>
    public IReadOnlyList<ApiEntry> Apis { get; init; } = [];

    /// <summary>Registered groups.</summary>
    public IReadOnlyList<GroupEntry> Groups { get; init; } = [];

    /// <summary>Words of mails.</summary>
    public IReadOnlyList<MailEntry> MailTemplates { get; init; } = [];

    /// <summary>The sections that are in the document; what a document has no section for is not its to say.</summary>
    public IReadOnlySet<string> Sections { get; init; } = new HashSet<string>();

    /// <summary>Larger files are refused before they are read.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    // What they give is about the person, and UserInfo's to give.
    private static readonly string[] StandardScopes = ["openid", "profile", "email", "address", "phone", "groups", "offline_access"];

    private const int FewestSecretBytes = 16;

    /// <param name="Path">Where it stands in the document.</param>
    /// <param name="Required">Verification is required, or not; null: as it is.</param>
    /// <param name="TotpSecret">The person is enrolled with it; null: enrolls as everybody does.</param>
    /// <param name="Disabled">The account is turned off, or not; null: as it is.</param>
    public sealed record UserEntry(string Path, string UserName, UserPatch Properties, string? Password, bool? Required, byte[]? TotpSecret, bool? Disabled)
    {
        public override string ToString() => $"UserEntry({UserName}, redacted)";
    }

    /// <param name="Path">Where it stands in the document.</param>
    public sealed record ClientEntry(string Path, string ClientId, ClientPatch Properties, string? Secret)
    {
        public override string ToString() => $"ClientEntry({ClientId}, redacted)";
    }

    /// <param name="Path">Where it stands in the document.</param>
    /// <param name="RequiredAcr">Null: as it is; empty: none.</param>
    public sealed record ApiEntry(string Path, string Audience, string? DisplayName, List<string>? Scopes, string? RequiredAcr);

    /// <param name="Path">Where it stands in the document.</param>
    public sealed record GroupEntry(string Path, string Name, GroupPatch Properties);

    /// <param name="Path">Where it stands in the document.</param>
    /// <param name="Subject">Null: as it is; empty: the shipped one.</param>
    /// <param name="Text">Null: as it is; empty: the shipped one.</param>
    public sealed record MailEntry(string Path, MailKind Kind, string Language, string? Subject, string? Text);

    /// <summary>Reads a file.</summary>
    /// <returns>The document, or every error that was found.</returns>
    public static async Task<(ApplyDocument? Document, IReadOnlyList<DocumentError> Errors)> ReadFileAsync(string path, CancellationToken ct, string? organisation = null)
    {
        var name = Path.GetFileName(path);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) return (null, [new("$", $"The file {path} does not exist.")]);
            if (file.Length > MostBytes) return (null, [new("$", $"{name} is larger than {MostBytes / 1024 / 1024} MB. Split it: each part can be applied by itself.")]);
            return Read(await File.ReadAllBytesAsync(path, ct), Path.GetDirectoryName(Path.GetFullPath(path))!, organisation);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, [new("$", $"{name} cannot be read: {unreadable.Message}")]);
        }
    }

    /// <summary>Reads a document.</summary>
    /// <param name="utf8">JSON; comments and trailing commas are allowed.</param>
    /// <param name="folder">Where paths of <c>fromFile</c> start.</param>
    /// <param name="organisation">Its name, which no password may be built on.</param>
    /// <param name="secrets">Where secrets are that do not stand in it; null: in the folder and in the environment.</param>
    public static (ApplyDocument? Document, IReadOnlyList<DocumentError> Errors) Read(ReadOnlyMemory<byte> utf8, string folder, string? organisation = null, SecretSource? secrets = null)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(utf8, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 });
        }
        catch (JsonException broken)
        {
            return (null, [new("$", string.Create(CultureInfo.InvariantCulture,
                $"The document is not JSON: line {(broken.LineNumber ?? 0) + 1}, column {(broken.BytePositionInLine ?? 0) + 1}."))]);
        }

        using (json)
        {
            try
            {
                return Read(json.RootElement, organisation, secrets ?? new HostSecrets(folder, Environment.GetEnvironmentVariable));
            }
            catch (Exception unreadable) when (unreadable is InvalidOperationException or JsonException && !ClaimRules.IsWellFormed(json.RootElement))
            {
                return (null, [new("$", "A text has half a surrogate pair.")]);
            }
        }
    }

    private static (ApplyDocument? Document, IReadOnlyList<DocumentError> Errors) Read(JsonElement json, string? organisation, SecretSource secrets)
    {
        List<DocumentError> errors = [];
        var root = new ObjectReader(json, "$", secrets, errors);
        var document = new ApplyDocument(
            ReadSettings(root.Object("settings"), errors),
            [.. root.Objects("users").Select(fields => ReadUser(fields, organisation))],
            [.. root.Objects("clients").Select(ReadClient)])
        {
            Apis = [.. root.Objects("apis").Select(ReadApi)],
            Groups = [.. root.Objects("groups").Select(ReadGroup)],
            MailTemplates = [.. root.Objects("mailTemplates").Select(ReadMail)],
            Sections = root.Names.ToHashSet(StringComparer.Ordinal),
        };
        root.Finish();
        FindTwins(document, errors);
        return errors.Count == 0 ? (document, errors) : (null, errors);
    }

    private static JsonObject ReadSettings(ObjectReader? fields, List<DocumentError> errors)
    {
        var values = new JsonObject();
        if (fields is null) return values;
        foreach (var name in fields.Names) values[name] = JsonSerializer.SerializeToNode(fields.Any(name)!.Value);
        errors.AddRange(SetSettings.Problems(values).Select(p => new DocumentError(fields.At(p.PropertyName), p.ErrorMessage)));
        return values;
    }

    private static UserEntry ReadUser(ObjectReader fields, string? organisation)
    {
        var name = fields.Text("username");
        if (name is null) fields.Fail("username", "is missing.");
        else if (AddUser.NameProblem(name) is { } problem) fields.Fail("username", problem);

        var properties = new UserPatch
        {
            Email = fields.Text("email"),
            EmailVerified = fields.Flag("emailVerified"),
            DisplayName = fields.Text("displayName"),
            Roles = fields.Texts("roles"),
            Groups = fields.Texts("groups"),
            Claims = ReadClaims(fields),
            Locale = fields.Text("locale"),
            ZoneInfo = fields.Text("zoneInfo"),
        };
        foreach (var failure in new UserPatch.Validator().Validate(properties).Errors) fields.Fail(failure);

        var password = fields.Secret("password");
        if (password is not null && PasswordSentences.Problem(password, context: [name, properties.Email, organisation]) is { } weak) fields.Fail("password", weak);
        var required = ReadVerification(fields);
        var secret = ReadTotpSecret(fields);
        var disabled = fields.Flag("disabled");
        fields.Finish();
        return new UserEntry(fields.Path, name ?? "", properties, password, required, secret, disabled);
    }

    private static Dictionary<string, JsonElement>? ReadClaims(ObjectReader fields)
    {
        if (fields.Object("claims") is not { } claims) return null;
        return claims.Names.ToDictionary(n => n, n => claims.Any(n)!.Value.Clone());
    }

    private static bool? ReadVerification(ObjectReader fields)
    {
        switch (fields.Text("verification"))
        {
            case null: return null;
            case "required": return true;
            case "notRequired": return false;
            default:
                fields.Fail("verification", "must be required or notRequired.");
                return null;
        }
    }

    private static byte[]? ReadTotpSecret(ObjectReader fields)
    {
        if (fields.Secret("totpSecret") is not { } text) return null;
        var secret = Base32.Decode(text);
        // RFC 4226 §4 R6.
        if (secret is null || secret.Length < FewestSecretBytes) fields.Fail("totpSecret", "must be base32 of at least 128 bits, which are 26 characters.");
        return secret;
    }

    private static ClientEntry ReadClient(ObjectReader fields)
    {
        var id = fields.Text("clientId");
        if (id is null) fields.Fail("clientId", "is missing.");
        var secret = fields.Secret("clientSecret");
        if (secret is not null && ClientSecrets.Problem(secret) is { } problem) fields.Fail("clientSecret", problem);
        var properties = new ClientPatch
        {
            DisplayName = fields.Text("displayName"),
            Description = fields.Text("description"),
            Type = fields.Choice<ClientType>("type"),
            RedirectUris = fields.Texts("redirectUris"),
            PostLogoutRedirectUris = fields.Texts("postLogoutRedirectUris"),
            BackChannelLogoutUri = fields.Text("backChannelLogoutUri"),
            GrantTypes = fields.Texts("grantTypes"),
            Scopes = fields.Texts("scopes"),
            Consent = fields.Choice<ConsentType>("consent"),
            IdentityVerification = fields.Choice<VerificationMode>("identityVerification"),
            ReverifyAfterMinutes = fields.Number("reverifyAfterMinutes"),
            VerificationMethods = fields.Texts("verificationMethods"),
            EnrollmentProof = fields.Text("enrollmentProof"),
            Rules = fields.Any("rules") is null ? null : [.. fields.Objects("rules").Select(ReadRule)],
            RememberBrowserDays = fields.Number("rememberBrowserDays"),
            TokenEndpointAuthMethod = fields.Text("tokenEndpointAuthMethod"),
            Jwks = ReadJwks(fields),
            RequirePkce = fields.Flag("requirePkce"),
            RequirePar = fields.Flag("requirePar"),
            DpopBoundAccessTokens = fields.Flag("dpopBoundAccessTokens"),
            Profile = fields.Text("profile"),
            AccessTokenFormat = fields.Choice<AccessTokenFormat>("accessTokenFormat"),
            IdTokenSigningAlg = fields.Text("idTokenSigningAlg"),
            AllowedOrigins = fields.Texts("allowedOrigins"),
            LaunchUri = fields.Text("launchUri"),
            InitiateLoginUri = fields.Text("initiateLoginUri"),
            Disabled = fields.Flag("disabled"),
        };
        fields.Finish();
        return new ClientEntry(fields.Path, id ?? "", properties, secret);
    }

    private static RuleView ReadRule(ObjectReader fields)
    {
        var rule = new RuleView(fields.Choice<VerificationMode>("identityVerification") ?? VerificationMode.Always, fields.Text("group"), fields.Texts("networks"), fields.Flag("outside") ?? false);
        if (fields.Any("identityVerification") is null) fields.Fail("identityVerification", "is missing.");
        fields.Finish();
        return rule;
    }

    private static ApiEntry ReadApi(ObjectReader fields)
    {
        var (audience, scopes, acr) = (fields.Text("audience"), fields.Texts("scopes"), fields.Text("requiredAcr"));
        // RFC 8707 §2.
        if (audience is null) fields.Fail("audience", "is missing.");
        else if (audience.Length > 512 || audience.Contains('#') || audience.Any(c => c is <= ' ' or > '~') || !Uri.TryCreate(audience, UriKind.Absolute, out _))
            fields.Fail("audience", "must be an absolute URI without a fragment, such as https://api.example.com.");
        foreach (var scope in (scopes ?? []).Where(s => s.Length is 0 or > 128 || s.Any(c => c is <= ' ' or > '~' or '"' or '\\') || StandardScopes.Contains(s)))
            fields.Fail("scopes", $"must be scopes of the API's own; {scope} is none.");
        if (scopes is []) fields.Fail("scopes", "must name at least one scope.");
        if (acr is { Length: > 0 } && !Acr.Supported.Contains(acr)) fields.Fail("requiredAcr", $"must be among {string.Join(", ", Acr.Supported)}.");
        var entry = new ApiEntry(fields.Path, audience ?? "", fields.Text("displayName"), scopes, acr);
        fields.Finish();
        return entry;
    }

    private static GroupEntry ReadGroup(ObjectReader fields)
    {
        var name = fields.Text("name");
        if (name is null) fields.Fail("name", "is missing.");
        else if (GroupPatch.NameProblem(name) is { } problem) fields.Fail("name", problem);
        var properties = new GroupPatch { Description = fields.Text("description"), Claims = ReadClaims(fields) };
        foreach (var failure in new GroupPatch.Validator().Validate(properties).Errors) fields.Fail(failure);
        fields.Finish();
        return new GroupEntry(fields.Path, name ?? "", properties);
    }

    private static MailEntry ReadMail(ObjectReader fields)
    {
        var (name, language, subject, text) = (fields.Text("kind"), fields.Text("language"), fields.Text("subject"), fields.LongText("text"));
        var kind = name is null ? null : MailKinds.Find(name);
        if (name is null) fields.Fail("kind", "is missing.");
        else if (kind is null) fields.Fail("kind", $"must be one of {string.Join(", ", MailKinds.All.Select(k => k.Name))}.");
        if (language is null) fields.Fail("language", "is missing.");
        else if (!Mail.MailTemplates.IsLanguage(language)) fields.Fail("language", "must be a language tag such as en or de.");
        // What is not given, or the shipped one, is judged as a word that is always right.
        var words = new MailTemplateText(subject is null or "" ? "-" : subject.Trim(), text is null or "" ? "-" : text.ReplaceLineEndings("\n").Trim());
        foreach (var problem in kind is null ? [] : words.Problems(kind)) fields.Fail(problem.StartsWith("The subject", StringComparison.Ordinal) ? "subject" : "text", problem);
        fields.Finish();
        return new MailEntry(fields.Path, kind ?? MailKinds.All[0], Mail.MailTemplates.Normalize(language ?? ""), subject, text);
    }

    // DESIGN §8 shows an empty object for a client without keys.
    private static string? ReadJwks(ObjectReader fields)
    {
        if (fields.Any("jwks") is not { } set) return null;
        if (set.ValueKind == JsonValueKind.Object) return set.EnumerateObject().Any() ? set.GetRawText() : "";
        fields.Fail("jwks", "must be a JWK Set: an object with keys.");
        return null;
    }

    private static void FindTwins(ApplyDocument document, List<DocumentError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var user in document.Users)
        {
            var name = UserNames.Normalize(user.UserName);
            if (!names.Add(name)) errors.Add(new(user.Path + ".username", $"{user.UserName} is in the document twice."));
            if (user.Properties.Email is { Length: > 0 } email && UserNames.Normalize(email) is var address && address != name && !names.Add(address))
                errors.Add(new(user.Path + ".email", $"{email} is in the document twice; user names and addresses share one space."));
        }

        var audiences = new HashSet<string>(StringComparer.Ordinal);
        foreach (var api in document.Apis)
        {
            if (!audiences.Add(api.Audience)) errors.Add(new(api.Path + ".audience", $"{api.Audience} is in the document twice."));
        }

        var groups = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in document.Groups)
        {
            if (!groups.Add(group.Name)) errors.Add(new(group.Path + ".name", $"{group.Name} is in the document twice."));
        }

        var mails = new HashSet<(string Kind, string Language)>();
        foreach (var mail in document.MailTemplates)
        {
            if (!mails.Add((mail.Kind.Name, mail.Language))) errors.Add(new(mail.Path + ".kind", $"{mail.Kind.Name} ({mail.Language}) is in the document twice."));
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var client in document.Clients)
        {
            if (!ids.Add(client.ClientId)) errors.Add(new(client.Path + ".clientId", $"{client.ClientId} is in the document twice."));
        }
    }
}
