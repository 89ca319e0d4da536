using System.Data.Common;
using IdP.Server.Pages;
using IdP.Storage.Changes;
using IdP.Verification.Decisions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Options;

namespace IdP.Server.Security;

/// <summary>What holds for every page: known methods only, and no post that another site could have sent.</summary>
internal sealed class PageRules(Words words, Catalog catalog, IAntiforgery antiforgery, IOptions<AntiforgeryOptions> options) : IAsyncPageFilter
{
    public async Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context)
    {
        try
        {
            words.Support = SupportContact.Of((await catalog.GetAsync()).Verification.SupportContact);
        }
        catch (DbException) when (context.HandlerInstance is ErrorModel)
        {
            // The database may be what failed; the error page does without the name.
        }
    }

    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var http = context.HttpContext;
        if (context.HandlerInstance is ErrorModel error)
        {
            // It runs in place of another page, with that one's method.
            await error.OnGetAsync();
            context.Result = error.Page();
            return;
        }

        if (context.HandlerMethod is null)
        {
            // Without this a page would be shown whose model nobody has filled.
            context.Result = new StatusCodeResult(StatusCodes.Status405MethodNotAllowed);
            return;
        }

        if (HttpMethods.IsPost(http.Request.Method) && !await antiforgery.IsRequestValidAsync(http))
        {
            var message = http.Request.Cookies.ContainsKey(options.Value.Cookie.Name!) ? words["Form.Stale"] : words["Form.NoCookie", ("host", http.Request.Host.Host)];
            context.Result = context.HandlerInstance is IShowAgain page ? await page.ShowAgainAsync(message) : new StatusCodeResult(StatusCodes.Status400BadRequest);
            return;
        }

        await next();
    }
}
