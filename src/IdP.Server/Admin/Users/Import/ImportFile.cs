using System.Text;
using IdP.Server.Admin.Access;

namespace IdP.Server.Admin.Users.Import;

/// <summary>One line of a file of people, as far as it can be understood without the database.</summary>
/// <param name="Required">Verification is required, or not; null: as it is.</param>
internal sealed record ImportRow(int Line, string UserName, UserPatch Properties, bool? Required);

/// <param name="Line">Of the file, from 1; 0: the file as a whole.</param>
/// <param name="Column">Null: the line as a whole.</param>
internal sealed record ImportProblem(int Line, string? Column, string Text);

/// <summary>Reads people from CSV. Every line is looked at, so that all of what is wrong is told at once.</summary>
internal static class ImportFile
{
    public const int MostRows = 100_000;

    /// <summary>Larger files are refused before they are read.</summary>
    public const int MostBytes = 32 * 1024 * 1024;

    /// <summary>Names as in the declarative document; only the first is needed.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["username", "email", "emailVerified", "displayName", "groups", "roles", "verification", "locale", "zoneInfo"];

    private static readonly char[] ListSeparators = [';', '|'];

    /// <summary>Reads the text of a file.</summary>
    public static (IReadOnlyList<ImportRow> Rows, IReadOnlyList<ImportProblem> Problems) Read(ReadOnlyMemory<byte> utf8, Actor actor)
    {
        try
        {
            return Read(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8.Span), actor);
        }
        catch (ArgumentException)
        {
            return ([], [new(0, null, Sentence.Of($"The file is not UTF-8. Save it as \"CSV UTF-8\"."))]);
        }
    }

    public static (IReadOnlyList<ImportRow> Rows, IReadOnlyList<ImportProblem> Problems) Read(string text, Actor actor)
    {
        var csv = new CsvReader(text);
        List<ImportProblem> problems = [];
        if (csv.Read() is not { } head) return ([], [new(0, null, Sentence.Of($"The file is empty."))]);
        var columns = head.Cells.Select(c => c.Trim()).ToList();
        FindProblems(head, columns, problems);
        if (problems.Count > 0) return ([], problems);

        List<ImportRow> rows = [];
        var validator = new UserPatch.Validator();
        while (csv.Read() is { } record)
        {
            if (rows.Count == MostRows)
            {
                problems.Add(new(record.Line, null, Sentence.Of($"A file has at most {MostRows} people. Split it.")));
                break;
            }

            if (record.Problem is { } unreadable) problems.Add(new(record.Line, null, unreadable));
            else if (record.Cells.Count != columns.Count) problems.Add(new(record.Line, null, Sentence.Of($"Cells here: {record.Cells.Count}; columns in the first line: {columns.Count}.")));
            else rows.Add(ReadRow(record, columns, validator, actor, problems));
        }

        if (rows.Count == 0 && problems.Count == 0) problems.Add(new(0, null, Sentence.Of($"There is nobody below the first line.")));
        FindTwins(rows, problems);
        return (rows, problems);
    }

    private static void FindProblems(CsvReader.Record head, List<string> columns, List<ImportProblem> problems)
    {
        if (head.Problem is { } unreadable) problems.Add(new(head.Line, null, unreadable));
        foreach (var name in columns.Where(c => !Columns.Contains(c)))
        {
            problems.Add(new(head.Line, name, name.Equals("password", StringComparison.OrdinalIgnoreCase)
                ? Sentence.Of($"Passwords are not imported: people choose one by the link \"Forgot password?\".")
                : Sentence.Of($"There is no such column. The columns are {string.Join(", ", Columns)}.")));
        }

        problems.AddRange(columns.GroupBy(c => c).Where(g => g.Count() > 1).Select(g => new ImportProblem(head.Line, g.Key, Sentence.Of($"The column is there twice."))));
        if (!columns.Contains("username")) problems.Add(new(head.Line, "username", Sentence.Of($"The column is missing.")));
    }

    private static ImportRow ReadRow(CsvReader.Record record, List<string> columns, UserPatch.Validator validator, Actor actor, List<ImportProblem> problems)
    {
        // An empty cell says nothing: what is stored stays.
        string? Cell(string column) => columns.IndexOf(column) is >= 0 and var at && record.Cells[at].Trim() is { Length: > 0 } text ? text : null;
        List<string>? List(string column) => Cell(column)?.Split(ListSeparators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToList();

        var name = Cell("username") ?? "";
        var patch = new UserPatch
        {
            Email = Cell("email"), EmailVerified = Flag(Cell("emailVerified")), DisplayName = Cell("displayName"), Groups = List("groups"), Roles = List("roles"),
            Locale = Cell("locale"), ZoneInfo = Cell("zoneInfo"),
        };
        if (AddUser.NameProblem(name) is { } nameProblem) problems.Add(new(record.Line, "username", nameProblem));
        if (Cell("emailVerified") is { } verified && Flag(verified) is null) problems.Add(new(record.Line, "emailVerified", Sentence.Of($"must be true or false.")));
        if (Cell("verification") is { } verification && verification is not ("required" or "notRequired")) problems.Add(new(record.Line, "verification", Sentence.Of($"must be required or notRequired.")));
        // Nobody climbs by a file.
        if (patch.Roles is { Count: > 0 } && !actor.Has(Right.RolesWrite)) problems.Add(new(record.Line, "roles", Sentence.Of($"Only an owner gives roles.")));
        problems.AddRange(validator.Validate(patch).Errors.Select(e => new ImportProblem(record.Line, e.PropertyName.Split('[')[0], e.ErrorMessage)));
        return new ImportRow(record.Line, name, patch, Cell("verification") switch { "required" => true, "notRequired" => false, _ => null });

        static bool? Flag(string? text) => text switch { "true" or "TRUE" or "True" => true, "false" or "FALSE" or "False" => false, _ => null };
    }

    // Both are typed into one field at the sign-in, so a name may not be somebody else's address either.
    private static void FindTwins(List<ImportRow> rows, List<ImportProblem> problems)
    {
        Dictionary<string, int> owners = new(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var name = Storage.Users.UserNames.Normalize(row.UserName);
            var email = row.Properties.Email is { } address ? Storage.Users.UserNames.Normalize(address) : null;
            if (name.Length > 0 && !owners.TryAdd(name, row.Line)) problems.Add(new(row.Line, "username", Sentence.Of($"It is in line {owners[name]} already.")));
            if (email is not null && email != name && !owners.TryAdd(email, row.Line)) problems.Add(new(row.Line, "email", Sentence.Of($"It is in line {owners[email]} already.")));
        }
    }
}
