using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using IdP.Server.Hosting;
using IdP.Storage.Outbox;

namespace IdP.Server.Mail;

/// <summary>The framework's SMTP client, with TLS demanded outside this machine.</summary>
internal sealed class SmtpTransport(MailOptions options, BrandingOptions branding, IdPOptions server) : IMailTransport
{
    public async Task SendAsync(OutboxMessage message, CancellationToken ct)
    {
        try
        {
            using var mail = new MailMessage
            {
                From = new MailAddress(options.From, branding.Name, Encoding.UTF8),
                Subject = message.Subject,
                SubjectEncoding = Encoding.UTF8,
                Body = message.Text,
                BodyEncoding = Encoding.UTF8,
            };
            mail.To.Add(new MailAddress(message.To!));
            mail.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(message.Html, Encoding.UTF8, MediaTypeNames.Text.Html));
            // The client sends none of its own, and a mail that is sent twice after a lost answer is then seen as one.
            mail.Headers.Add("Message-ID", $"<{message.Id}@{new Uri(server.Issuer).Host}>");
            mail.Headers.Add("Auto-Submitted", "auto-generated");

            using var client = new SmtpClient(options.Host, options.Port) { EnableSsl = options.UseTls, Timeout = 20_000 };
            if (options.UserName is { Length: > 0 }) client.Credentials = new NetworkCredential(options.UserName, options.Password);
            await client.SendMailAsync(mail, ct);
        }
        catch (Exception failed) when (failed is SmtpException or FormatException or InvalidOperationException or IOException)
        {
            throw new MailNotSentException((failed.InnerException ?? failed).Message, failed);
        }
    }
}
