using IdP.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdP.Server.Mail;

internal static class MailServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds what writes and sends mails; <see cref="MailWork"/> makes it run.</summary>
        public IServiceCollection AddMail()
        {
            services.TryAddSingleton<MailTemplates>();
            services.TryAddSingleton<MailWriter>();
            services.TryAddSingleton<GuardedAppsMail>();
            services.TryAddSingleton<MailDispatcher>();
            services.TryAddSingleton<Reminders>();
            services.TryAddSingleton<WeeklyDigest>();
            services.TryAddSingleton(provider => new MailSender(
                provider.GetRequiredService<Storage.Database.IdPDatabase>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<IdPOptions>().Mail.Host is null ? null : provider.GetRequiredService<IMailTransport>()));
            services.TryAddSingleton<AfterAnswer>();
            services.TryAddSingleton<CodeMails>();
            services.TryAddSingleton<ResetMails>();
            services.TryAddSingleton<IMailTransport>(provider => new SmtpTransport(provider.GetRequiredService<IdPOptions>()));
            return services;
        }
    }
}
