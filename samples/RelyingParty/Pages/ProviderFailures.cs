using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Samples.RelyingParty.Provider;

namespace Samples.RelyingParty.Pages;

/// <summary>One plain page for a provider that is away or answers with what must not be accepted.</summary>
internal sealed class ProviderFailures(
    RequestDelegate next, SampleApp app, Layout layout, ILogger<ProviderFailures> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (ProviderException e)
        {
            logger.ProviderFailed(app.Name, e.Message);
            await layout.Message("That did not work", e.Message, StatusCodes.Status502BadGateway).ExecuteAsync(http);
        }
    }
}
