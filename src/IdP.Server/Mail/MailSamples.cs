using IdP.Storage.Audit;

namespace IdP.Server.Mail;

/// <summary>Made-up facts for every placeholder there is, so that a mail can be looked at before anybody gets it.</summary>
internal static class MailSamples
{
    /// <summary>Stands in the "tell us" link in place of a handle; it leads nowhere.</summary>
    public const string Handle = "sample";

    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    /// <summary>Everything that a mail of this kind may name.</summary>
    public static IReadOnlyDictionary<string, object?> Of(MailKind kind, DateTimeOffset now)
    {
        var deadline = now.AddDays(7);
        var row = new AuditEvent { At = now, Event = AuditEvents.AuthenticatorAdded, Actor = "user:sample", Outcome = "success", UserAgent = Firefox, Address = "192.0.2.7" };
        Dictionary<string, object?> all = new(StringComparer.Ordinal)
        {
            ["when"] = now,
            ["date"] = new Day(deadline),
            ["deadline"] = deadline,
            ["left"] = deadline - now,
            ["until"] = now.AddMinutes(30),
            ["next_deadline"] = deadline,
            ["apps"] = new AppNames(["Payroll", "Wiki"]),
            ["app"] = "Microsoft Authenticator",
            ["admin"] = "Ines Duarte",
            ["browser"] = new BrowserName(Firefox),
            ["address"] = row.Address,
            ["method"] = new MethodName(row),
            ["attempts"] = 5,
            ["opens"] = now.AddHours(1),
            ["reference"] = "LK-SAMP-LE",
            ["codes_left"] = 2,
            ["code"] = "493817",
            ["user"] = "maya",
            ["percent"] = 68,
            ["total"] = 120,
            ["enrolled"] = 82,
            ["skipped"] = 12,
            ["waiting"] = 20,
            ["locked"] = 6,
        };
        return kind.Facts.ToDictionary(fact => fact, fact => all[fact], StringComparer.Ordinal);
    }
}
