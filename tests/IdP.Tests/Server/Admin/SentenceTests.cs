using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FluentValidation;
using IdP.Server;
using IdP.Server.Admin;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Settings;
using IdP.Storage.Clients;
using IdP.Testing;

namespace IdP.Tests.Server.Admin;

/// <summary>What operations say comes in the language of the reader.</summary>
internal sealed partial class SentenceTests
{
    // Where sentences that a page shows arise, besides in validators.
    private static readonly string[] Speaking =
    [
        "Weaker.cs", "WeakerRules.cs", "WeakerSettings.cs", "ClientRegistration.cs", "ClaimRules.cs", "ClientSecrets.cs", "PasswordSentences.cs", "RuleView.cs", "ImportFile.cs", "ImportUsers.cs",
        "CsvReader.cs", "SetSettings.cs", "PeopleTouched.cs", "MailTemplateText.cs", "Actor.cs",
    ];

    private static IEnumerable<string> Files => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static IEnumerable<Type> Validators => typeof(IdPServer).Assembly.GetTypes().Where(type => !type.IsAbstract && typeof(IValidator).IsAssignableFrom(type) && type.Namespace!.StartsWith("IdP.", StringComparison.Ordinal));

    [Test]
    public void Every_sentence_has_a_translation_and_every_translation_a_sentence()
    {
        var said = Files.SelectMany(Formats).Distinct().ToList();
        var translated = XDocument.Load(Path.Combine(Repository.Root, "src", "IdP.Server", "Admin", "Sentences.de.resx")).Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);

        Assert.Multiple(() =>
        {
            Assert.That(said, Has.Count.GreaterThan(200));
            Assert.That(translated.Keys, Is.EquivalentTo(said));
            Assert.That(translated.Where(t => t.Key == t.Value), Is.Empty);
            // A translation may leave out a value, and never asks for one that is not there.
            Assert.That(translated.Where(t => Holes().Matches(t.Value).Any(hole => !t.Key.Contains(hole.Value, StringComparison.Ordinal))), Is.Empty);
            Assert.That(translated.Where(t => t.Value.Contains('!')), Is.Empty);
        });
    }

    [TestCaseSource(nameof(Validators))]
    public void Every_rule_of_a_validator_speaks_German(Type validator)
    {
        var rules = Rules(validator, "de").Zip(Rules(validator, "")).ToList();

        // One that is left to the library names the property as the code does.
        Assert.That(rules.Where(rule => rule.First == rule.Second || rule.First.Contains("{PropertyName}", StringComparison.Ordinal)).Select(rule => rule.Second), Is.Empty);
    }

    [Test]
    public void No_sentence_of_a_validator_or_about_what_gets_weaker_is_written_past_the_translations()
    {
        var past = Files.Where(file => Speaking.Contains(Path.GetFileName(file)) || File.ReadAllText(file).Contains("AbstractValidator<", StringComparison.Ordinal))
            .Where(file => file.Contains("IdP.Server", StringComparison.Ordinal))
            .SelectMany(file => File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .SelectMany(line => Literal().Matches(line).Where(text => !line[..text.Index].EndsWith("Sentence.Of(", StringComparison.Ordinal)))
                .Select(text => $"{Path.GetFileName(file)}: {text.Value}"));

        Assert.That(past, Is.Empty);
    }

    [Test]
    public void Every_operation_that_keeps_a_reason_judges_how_long_it_is()
    {
        // Several acts in one: each judges it.
        var unjudged = typeof(IdPServer).Assembly.GetTypes().Where(type => type.Name is "Request" or "ApplyMode" && type.GetProperty("Reason") is not null && type.DeclaringType?.Name != "PersonActs")
            .Where(request => !Validators.Any(validator => typeof(IValidator<>).MakeGenericType(request).IsAssignableFrom(validator) && Rules(validator, "").Contains("A reason has at most 500 characters.")));

        Assert.That(unjudged, Is.Empty);
    }

    [Test]
    public void No_sentence_has_a_number_before_a_plural_that_cannot_become_a_singular()
    {
        // Texts.Count and its like choose; what is a constant is never one.
        var fixedPlurals = Files.SelectMany(file => File.ReadLines(file).Where(line => Plural().IsMatch(line) && !line.Contains("== 1", StringComparison.Ordinal) && !line.Contains("LoggerMessage", StringComparison.Ordinal))
            .Select(line => $"{Path.GetFileName(file)}: {line.Trim()}"));

        Assert.That(fixedPlurals, Is.Empty);
    }

    [Test]
    public void Every_condition_of_a_validator_has_a_sentence()
    {
        var bare = Files.SelectMany(file => Rule().Matches(File.ReadAllText(file)).SelectMany(rule => rule.Value.Split(".Must(")[1..]))
            .Where(condition => !condition.Contains(".WithMessage(", StringComparison.Ordinal));

        Assert.That(bare, Is.Empty);
    }

    [Test]
    public void What_gets_weaker_is_said_in_the_language_of_the_reader()
    {
        static string Said() => string.Join('|', Weaker.Mode("Payroll", VerificationMode.Always, VerificationMode.NotRequired), Weaker.Scopes(["a", "b"]),
            WeakerSettings.Words("verificationAttempts", 5, 9), Weaker.Proof(Sentence.Of($"on the way to {"Payroll"}"), "admin", "none"));

        Assert.Multiple(() =>
        {
            Assert.That(In("de", Said), Is.EqualTo("Payroll fragt niemanden mehr nach der Identitätsbestätigung.|Die Anwendung darf jetzt um a und b bitten.|Es lassen sich mehr Codes raten: 9 statt 5.|"
                + "Wer ein Passwort kennt, kann auf dem Weg zu Payroll einen eigenen Authenticator einrichten; er öffnet jede Anwendung."));
            Assert.That(In("", Said), Does.StartWith("Payroll no longer asks anybody").And.Contain("may now ask for a and b."));
            Assert.That(In("fr", Said), Does.StartWith("Payroll no longer asks anybody"), "English, where nothing is written");
        });
    }

    private static List<string> Rules(Type validator, string language) => In(language, () =>
    {
        var arguments = validator.GetConstructors().Single().GetParameters().Select(p => p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : null).ToArray();
        var made = (IValidator)Activator.CreateInstance(validator, BindingFlags.Default, null, arguments, CultureInfo.InvariantCulture)!;
        return made.CreateDescriptor().Rules.SelectMany(rule => rule.Components)
            // One that adds failures itself is to the library a condition that is always met.
            .Where(part => part.Validator.Name is not "ChildValidatorAdaptor" && !part.GetUnformattedErrorMessage().Contains(Condition(language), StringComparison.Ordinal))
            .Select(part => part.GetUnformattedErrorMessage()).ToList();
    });

    private static string Condition(string language) => new FluentValidation.Resources.LanguageManager().GetString("PredicateValidator", CultureInfo.GetCultureInfo(language));

    private static T In<T>(string language, Func<T> work)
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
            return work();
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    // The sentences of a file with their values numbered, as a FormattableString has them.
    private static IEnumerable<string> Formats(string file)
    {
        var code = File.ReadAllText(file);
        // Elsewhere there is no Sentence; there they are what is returned.
        var begins = Path.GetFileName(file) switch
        {
            "VerificationSettings.cs" or "RedirectUris.cs" => Returned(),
            "Sentence.cs" => Own(),
            _ => Said(),
        };
        return begins.Matches(code).Select(begin => Format(code, begin.Index + begin.Length));
    }

    private static string Format(string code, int at)
    {
        var (format, holes) = (new StringBuilder(), 0);
        for (; code[at] != '"'; at++)
        {
            switch (code[at])
            {
                case '\\': format.Append(code[++at]); break;
                case '{' or '}' when code[at + 1] == code[at]: format.Append(code[at], 2); at++; break;
                case '{': at = Hole(code, at + 1, out var form); format.Append(CultureInfo.InvariantCulture, $"{{{holes++}{form}}}"); break;
                default: format.Append(code[at]); break;
            }
        }

        return format.ToString();
    }

    // To the brace that closes it; what stands behind a colon outside of everything is how it is written.
    private static int Hole(string code, int at, out string form)
    {
        var (depth, quoted, begin) = (0, false, -1);
        for (; quoted || depth > 0 || code[at] != '}'; at++)
        {
            if (code[at] == '"') quoted = !quoted;
            else if (quoted) continue;
            else if (code[at] is '(' or '[' or '{') depth++;
            else if (code[at] is ')' or ']' or '}') depth--;
            else if (code[at] == ':' && depth == 0) begin = at;
        }

        form = begin < 0 ? "" : code[begin..at];
        return at;
    }

    [GeneratedRegex(@"Sentence\.Of\(\$""")]
    private static partial Regex Said();

    [GeneratedRegex(@"(?<!\w)Of\(\$""")]
    private static partial Regex Own();

    [GeneratedRegex(@"(?:return|=>) \$""")]
    private static partial Regex Returned();

    [GeneratedRegex(@"(?<!\{)\{\d[^}]*\}")]
    private static partial Regex Holes();

    [GeneratedRegex(@"RuleFor(?:Each)?\([^;]*;")]
    private static partial Regex Rule();

    [GeneratedRegex(@"\$""[^""]*\{(?!Most|Fewest|Longest)[^{}""]*\} (?:more |newer )?(?:people|rows|links|sessions|times|days|hours|minutes|seconds|differences|changes|checks|problems|warnings)\b(?! instead)")]
    private static partial Regex Plural();

    // Words and a full stop in quotes.
    [GeneratedRegex("""\$?"(?:[^"\\{]|\\.|\{[^{}"]*(?:"[^"]*"[^{}"]*)*\})* (?:[^"\\{]|\\.|\{[^{}"]*(?:"[^"]*"[^{}"]*)*\})*\."(?!\w)""")]
    private static partial Regex Literal();
}
