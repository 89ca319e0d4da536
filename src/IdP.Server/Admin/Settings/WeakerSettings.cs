using System.Text.Json.Nodes;
using IdP.Storage.Clients;

namespace IdP.Server.Admin.Settings;

/// <summary>Says in words which changes of settings protect less than before.</summary>
internal static class WeakerSettings
{
    public static string? Words(string name, JsonNode? old, JsonNode? wanted) => (name, old, wanted) switch
    {
        ("enrollmentDays", JsonValue o, JsonValue w) when Number(w) > Number(o) => Sentence.Of($"People have longer to enrol: {w} days instead of {o}."),
        ("verificationAttempts", JsonValue o, JsonValue w) when Number(w) > Number(o) => Sentence.Of($"More codes can be guessed: {w} instead of {o}."),
        ("passwordAttempts", JsonValue o, JsonValue w) when Number(w) > Number(o) => Sentence.Of($"More passwords can be guessed: {w} instead of {o}."),
        ("passwordLockMinutes", JsonValue o, JsonValue w) when Number(w) < Number(o) => Sentence.Of($"A password stays locked for a shorter time: {Sentence.Minutes(Number(w))} instead of {o}."),
        ("addressAttempts", JsonValue o, JsonValue w) when Number(w) > Number(o) => Sentence.Of($"One address may fail more often: {w} times instead of {o}."),
        // 0 means that only an admin unlocks, so it is the strongest.
        ("lockMinutes", JsonValue o, JsonValue w) when Number(w) > 0 && (Number(o) == 0 || Number(w) < Number(o)) =>
            Sentence.Of($"A verification lock ends by itself after {Sentence.Minutes(Number(w))}."),
        ("failedCodesCountAsPassword" or "failedPasswordsCountAsVerification", _, JsonValue w) when !w.GetValue<bool>() =>
            Sentence.Of($"Failures at one proof no longer count at the other."),
        ("expiryLocks", _, JsonValue w) when w.GetValue<string>() == "guardedResources" =>
            Sentence.Of($"People whose enrollment period is over can still open what is not guarded."),
        ("enrollmentProof", JsonValue o, JsonValue w) => Clients.Weaker.Proof(Sentence.Of($"on the way to any application"), o.GetValue<string>(), w.GetValue<string>()),
        ("portalIdentityVerification", JsonValue o, JsonValue w) => Clients.Weaker.Mode(Sentence.Of($"The portal"), Mode(o), Mode(w)),
        ("portalReverifyAfterMinutes", JsonValue o, JsonValue w) => Clients.Weaker.Reverify(Sentence.Of($"The portal"), Number(o), Number(w)),
        ("refreshTokenGraceSeconds", JsonValue o, JsonValue w) when Number(w) > Number(o) => Sentence.Of($"A used refresh token is answered again for {Sentence.Seconds(Number(w))}."),
        ("auditRetentionDays", JsonValue o, JsonValue w) when Number(w) > 0 && (Number(o) == 0 || Number(w) < Number(o)) =>
            Sentence.Of($"What happened can be looked up for {Sentence.Days(Number(w))} only."),
        _ => null,
    };

    private static int Number(JsonValue value) => value.GetValue<int>();

    private static VerificationMode Mode(JsonValue value) => Enum.Parse<VerificationMode>(value.GetValue<string>(), ignoreCase: true);
}
