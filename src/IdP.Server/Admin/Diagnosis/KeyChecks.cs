using IdP.Protocol;
using IdP.Protocol.Tokens;
using IdP.Storage.Changes;

namespace IdP.Server.Admin.Diagnosis;

/// <summary>Whether tokens can be signed, and whether keys follow one another.</summary>
internal static class KeyChecks
{
    /// <summary>The server looks every hour; a key that is so much too old was seen by none.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromDays(2);

    public static IEnumerable<Check> Look(CatalogSnapshot catalog, ProtocolOptions options, DateTimeOffset now)
    {
        foreach (var algorithm in SigningKeys.SupportedAlgorithms)
        {
            var keys = catalog.SigningKeys.Where(k => k.Algorithm == algorithm && (k.RemovedAt is null || k.RemovedAt > now)).ToList();
            var name = $"{algorithm} key";
            var last = keys.Find(k => k.RetiredAt is null);
            if (!keys.Exists(k => k.ActiveFrom <= now && (k.RetiredAt is null || k.RetiredAt > now)))
            {
                yield return Check.Problem(name, "No key signs now.", $"Start the server, which makes one, or: idp keys rotate --alg {algorithm}");
            }
            else if (last is null)
            {
                yield return Check.Problem(name, $"The present key signs until {Users.Periods.Time(keys.Max(k => k.RetiredAt)!.Value)}, and none follows.", $"idp keys rotate --alg {algorithm}");
            }
            else if (options.SigningKeyLifetime > TimeSpan.Zero && now - last.ActiveFrom > options.SigningKeyLifetime + Late)
            {
                yield return Check.Warning(name, $"It has signed since {Users.Periods.Time(last.ActiveFrom)}, longer than the {Texts.Count((long)options.SigningKeyLifetime.TotalDays, "day")} of IdP:Tokens:SigningKeyLifetime.",
                    $"A server that runs replaces it; is one running? Else: idp keys rotate --alg {algorithm}");
            }
            else
            {
                yield return Check.Ok(name, last.ActiveFrom > now ? $"The next key signs from {Users.Periods.Time(last.ActiveFrom)}." : $"It signs since {Users.Periods.Time(last.ActiveFrom)}.");
            }
        }
    }
}
