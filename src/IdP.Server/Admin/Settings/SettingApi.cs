using System.Text.Json.Nodes;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Storage.Changes;
using IdP.Verification;

namespace IdP.Server.Admin.Settings;

/// <summary><c>/api/v1/settings</c>.</summary>
internal static class SettingApi
{
    /// <param name="Values">In force now, on every node.</param>
    /// <param name="Defaults">What holds where nobody decided.</param>
    public sealed record Shown(VerificationSettings Values, VerificationSettings Defaults);

    /// <param name="Changes">What became different; empty: nothing.</param>
    /// <param name="Values">As they are now; null: the token may not read settings.</param>
    public sealed record Changed(IReadOnlyList<Change> Changes, VerificationSettings? Values);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/settings", async (ApiRequest request) =>
        {
            var values = await ValuesAsync(request);
            return request.One(new Shown(values, new VerificationSettings()), ETags.Of(values));
        }).Needs(Right.SettingsRead).Produces<Shown>();
        api.MapPatch("/settings", SetAsync).Needs(Right.SettingsWrite).Accepts<VerificationSettings>("application/json").Produces<Changed>().Conditional();
    }

    private static async ValueTask<VerificationSettings> ValuesAsync(ApiRequest request) => VerificationSettings.Of(await request.Get<Catalog>().GetAsync());

    // Not read as the record: there a field that is missing would be its default, and here it stays.
    private static async Task<IResult> SetAsync(ApiRequest request)
    {
        var body = await request.BodyAsync<JsonObject>();
        var why = ApiRequest.DefaultReason;
        if (body.ContainsKey("reason"))
        {
            if (body["reason"] is not JsonValue given || !given.TryGetValue(out why)) throw new ApiInputException("reason", "has a value of the wrong kind.");
            body.Remove("reason");
        }

        var outcome = await request.Get<SetSettings>().HandleAsync(new(body, why) { IfMatch = request.IfMatch }, request.Actor, request.Ct);
        var changes = outcome is SetSettings.Outcome.Changed changed ? changed.Changes : [];
        if (!request.Actor.Has(Right.SettingsRead)) return ApiRequest.Json(new Changed(changes, null));
        var values = await ValuesAsync(request);
        return request.One(new Changed(changes, values), ETags.Of(values));
    }
}
