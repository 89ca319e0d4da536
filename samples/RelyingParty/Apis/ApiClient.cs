using System.Net.Http.Headers;
using System.Text.Json;

namespace Samples.RelyingParty.Apis;

/// <summary>Calls the API with a person's access token.</summary>
internal sealed class ApiClient(HttpClient http, ClientSettings client)
{
    /// <param name="path">Below the API's address, with a slash before it.</param>
    /// <param name="accessToken">For this API.</param>
    /// <param name="ct">Ends the call.</param>
    public async Task<ApiAnswer> GetAsync(string path, string accessToken, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, client.Resource!.TrimEnd('/') + path)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) },
        };
        try
        {
            using var response = await http.SendAsync(request, ct);
            if (!response.IsSuccessStatusCode)
                return new ApiAnswer.Refused((int)response.StatusCode, BearerChallenge.Read(response.Headers));
            using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
            return new ApiAnswer.Data(document.RootElement.Clone());
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return new ApiAnswer.Away();
        }
    }
}

internal abstract record ApiAnswer
{
    public sealed record Data(JsonElement Json) : ApiAnswer;

    public sealed record Refused(int Status, BearerChallenge Challenge) : ApiAnswer;

    /// <summary>It cannot be reached, or answers with what is no JSON.</summary>
    public sealed record Away : ApiAnswer;
}
