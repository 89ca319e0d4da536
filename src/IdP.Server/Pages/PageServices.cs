using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using IdP.Server.Admin.Owners;
using IdP.Server.Hosting;
using IdP.Server.Pages.Portal;
using IdP.Server.Security;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.WebEncoders;

namespace IdP.Server.Pages;

public static class PageServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds everything that people see. The host has added what <see cref="IdPServices"/> adds, and the protocol.</summary>
        public IServiceCollection AddPages()
        {
            services.AddRazorPages(razor =>
            {
                // PageRules checks every post, so that the form can be shown again with a sentence.
                razor.Conventions.ConfigureFilter(new IgnoreAntiforgeryTokenAttribute());
                razor.Conventions.AddPageRoute("/Password", SignInTargets.ChangePassword);
            }).AddMvcOptions(mvc =>
            {
                mvc.Filters.AddService<PageRules>();
                mvc.MaxModelValidationErrors = 20;
                // Names with brackets mean nothing here, and half a bracket would be an exception.
                mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
                mvc.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
            });
            // An apostrophe is no danger in UTF-8 text; encoding it only makes pages longer.
            services.Configure<WebEncoderOptions>(encoder => encoder.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
            services.AddOptions<Microsoft.AspNetCore.Antiforgery.AntiforgeryOptions>().Configure<IdPOptions>((forms, options) =>
            {
                var secure = options.Issuer.StartsWith("https:", StringComparison.Ordinal);
                forms.Cookie.Name = secure ? "__Host-idp_form" : "idp_form";
                forms.Cookie.SecurePolicy = secure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
                // Lax: with Strict, an application's redirect would bring a new cookie and make every other tab stale.
                forms.Cookie.SameSite = SameSiteMode.Lax;
                forms.Cookie.Path = "/";
                forms.SuppressXFrameOptionsHeader = true; // SecurityHeaders says it, of every page.
            });
            services.AddSingleton<Assets>();
            services.AddSingleton<ShownCodes>();
            services.AddSingleton<ToldErrors>();
            services.AddSingleton<AllowedApps>();
            services.TryAddSingleton<OwnerSetup>();
            services.AddScoped<PageLanguage>();
            services.AddScoped<Words>();
            services.AddScoped<LocalTime>();
            services.AddScoped<SignInTargets>();
            services.AddScoped<Visit>();
            services.AddScoped<PageRules>();
            return services;
        }
    }
}

public static class PageRoutes
{
    // Machines talk to these; they get no pages.
    private static readonly PathString[] NotPages = ["/connect", "/.well-known", "/api", "/healthz", "/readyz", "/metrics", "/assets"];

    extension(WebApplication app)
    {
        /// <summary>Adds headers, error pages and the pages. To be called before other endpoints are mapped.</summary>
        public WebApplication MapPages()
        {
            app.UseSecurityHeaders();
            // Not in the branch: a branch has routes of its own, and would not find /error.
            app.UseExceptionHandler("/error");
            app.UseStatusCodePagesWithReExecute("/error");
            app.UseWhen(IsPage, pages =>
            {
                pages.Use(async (http, next) =>
                {
                    var language = await http.RequestServices.GetRequiredService<PageLanguage>().OfAsync(http);
                    (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (language, language);
                    await next(http);
                });
                pages.Use(next => http => ReadableForms.ReadAsync(http, next));
            });
            app.Use((http, next) =>
            {
                if (IsPage(http)) return next(http);
                if (http.Features.Get<IStatusCodePagesFeature>() is { } bare) bare.Enabled = false;
                // Programs read English, whatever the host speaks.
                CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
                return next(http);
            });
            app.Services.GetRequiredService<Assets>().Map(app);
            app.MapGet("/", () => Results.LocalRedirect("~/portal"));
            app.MapRazorPages();
            return app;
        }
    }

    private static bool IsPage(HttpContext http) => !NotPages.Any(path => http.Request.Path.StartsWithSegments(path, StringComparison.Ordinal));
}
