using System.Text.Json.Nodes;

namespace IdP.Tests.Server.Configuration;

/// <summary>Documents that can be applied one after the other, with whatever texts may stand in them.</summary>
internal sealed class DocumentGenerator(Random random)
{
    private static readonly string[] Texts = ["plain", "ÄÖÜ ß", "<b>&amp;\"'", "=1+1", "日本語", "a\u202Eb", "emoji 🗝", "back\\slash", "{{x}}", "null"];
    private static readonly string[] Modes = ["notRequired", "whenEnrolled", "required", "always"];
    private static readonly string[] Flags = ["requirePkce", "requirePar", "dpopBoundAccessTokens", "disabled"];

    public string Next() => new JsonObject
    {
        ["settings"] = Settings(), ["groups"] = List(3, "name", Group), ["users"] = List(6, "username", User), ["clients"] = List(4, "clientId", Client), ["apis"] = List(2, "audience", Api),
    }.ToJsonString();

    private JsonObject Settings()
    {
        var settings = new JsonObject();
        Maybe(() => settings["enrollmentDays"] = random.Next(1, 366));
        Maybe(() => settings["passwordAttempts"] = random.Next(3, 100));
        Maybe(() => settings["lockMinutes"] = 0);
        Maybe(() => settings["failedPasswordsCountAsVerification"] = Coin());
        Maybe(() => settings["portalIdentityVerification"] = One(Modes));
        Maybe(() => settings["supportContact"] = Coin() ? "" : One(Texts));
        return settings;
    }

    private JsonObject Group()
    {
        var group = new JsonObject { ["name"] = One(Texts) };
        Maybe(() => group["description"] = Coin() ? "" : One(Texts));
        Maybe(() => group["claims"] = Claims());
        return group;
    }

    private JsonObject User()
    {
        var name = "user-" + random.Next(5);
        var user = new JsonObject { ["username"] = Coin() ? name : name.ToUpperInvariant() };
        Maybe(() => user["email"] = Coin() ? "" : $"{name}@example.com");
        Maybe(() => user["emailVerified"] = Coin());
        Maybe(() => user["displayName"] = Coin() ? "" : One(Texts));
        Maybe(() => user["groups"] = Some(Texts));
        Maybe(() => user["claims"] = Claims());
        Maybe(() => user["locale"] = One(["", "de", "en-GB"]));
        Maybe(() => user["zoneInfo"] = One(["", "Europe/Vienna", "UTC"]));
        Maybe(() => user["verification"] = One(["required", "notRequired"]));
        // The first one is the only owner.
        if (name != "user-0") Maybe(() => user["disabled"] = Coin());
        // The first one stays owner, or nobody could take the role away.
        user["roles"] = name == "user-0" ? new JsonArray("admin") : Some(["clientAdmin", "helpDesk", "auditor"]);
        return user;
    }

    // The kinds have ids of their own: an application does not change from one to the other by the way.
    private JsonObject Client()
    {
        var kind = random.Next(3);
        var client = new JsonObject { ["clientId"] = $"{new[] { "web", "spa", "machine" }[kind]}-{random.Next(3)}" };
        client["redirectUris"] = new JsonArray("https://app.example/cb", $"https://app.example/{random.Next(3)}");
        if (kind == 1) client["type"] = "public";
        else client["clientSecret"] = "Zq3vT8nXw1LrB6yKdM0pHs9GfAeJ2cUo4iR7tVbN5xQ";
        if (kind == 2) client["grantTypes"] = new JsonArray("client_credentials");
        foreach (var flag in Flags.Where(f => kind != 1 || f != "requirePkce")) Maybe(() => client[flag] = Coin());
        Maybe(() => client["displayName"] = Coin() ? "" : One(Texts));
        Maybe(() => client["description"] = Coin() ? "" : One(Texts));
        Maybe(() => client["scopes"] = Some(["openid", "profile", "email", "offline_access"]));
        Maybe(() => client["consent"] = One(["implicit", "explicit"]));
        Maybe(() => client["identityVerification"] = One(Modes));
        Maybe(() => client["reverifyAfterMinutes"] = random.Next(0, 1000));
        Maybe(() => client["verificationMethods"] = Some(["otp", "passkey"]));
        Maybe(() => client["enrollmentProof"] = One(["", "none", "mail", "admin"]));
        Maybe(() => client["rules"] = Coin() ? [] : new JsonArray(new JsonObject { ["identityVerification"] = One(Modes), ["group"] = One(Texts) }, new JsonObject { ["identityVerification"] = One(Modes), ["networks"] = new JsonArray("10.0.0.0/8"), ["outside"] = Coin() }));
        Maybe(() => client["accessTokenFormat"] = One(["jwt", "reference"]));
        Maybe(() => client["idTokenSigningAlg"] = One(["RS256", "ES256"]));
        Maybe(() => client["allowedOrigins"] = Some(["https://app.example", "https://other.example:8443"]));
        Maybe(() => client["launchUri"] = Coin() ? "" : "https://app.example/?a=b&c=d");
        return client;
    }

    private JsonObject Api()
    {
        var api = new JsonObject { ["audience"] = $"https://api{random.Next(2)}.example/", ["scopes"] = new JsonArray("pay", "pay." + random.Next(3)) };
        Maybe(() => api["displayName"] = One(Texts));
        Maybe(() => api["requiredAcr"] = One(["", "mfa", "phr"]));
        return api;
    }

    private JsonObject Claims()
    {
        var claims = new JsonObject();
        Maybe(() => claims["dept"] = One(Texts));
        Maybe(() => claims["level"] = random.Next());
        Maybe(() => claims["nested"] = new JsonObject { ["list"] = Some(Texts), ["flag"] = Coin() });
        return claims;
    }

    private JsonArray List(int most, string key, Func<JsonObject> make) => [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => make()).DistinctBy(o => o[key]!.GetValue<string>().ToUpperInvariant())];

    private JsonArray Some(string[] of) => [.. of.Where(_ => Coin()).Select(t => JsonValue.Create(t))];

    private string One(string[] of) => of[random.Next(of.Length)];

    private bool Coin() => random.Next(2) == 0;

    private void Maybe(Action set)
    {
        if (Coin()) set();
    }
}
