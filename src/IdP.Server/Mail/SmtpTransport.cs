using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using IdP.Server.Hosting;
using IdP.Storage.Outbox;

namespace IdP.Server.Mail;

/// <summary>The framework's SMTP client, with TLS demanded outside this machine.</summary>
internal sealed class SmtpTransport(IdPOptions server) : IMailTransport
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public async Task SendAsync(OutboxMessage message, CancellationToken ct)
    {
        // The client's own limit does not hold for its asynchronous calls.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Longest);
        try
        {
            var options = server.Mail;
            using var mail = new MailMessage
            {
                From = new MailAddress(options.From, server.Branding.Name, Encoding.UTF8),
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

            // With EnableSsl the client sends nothing to a server that does not speak TLS, and believes its certificate
            // only when the system does.
            using var client = new SmtpClient(options.Host, options.Port) { EnableSsl = options.UseTls };
            if (options.UserName is { Length: > 0 }) client.Credentials = new NetworkCredential(options.UserName, options.Password);
            await client.SendMailAsync(mail, limit.Token);
        }
        catch (Exception failed) when (failed is SmtpException or FormatException or ArgumentException or InvalidOperationException or IOException or System.Security.Authentication.AuthenticationException)
        {
            throw new MailNotSentException((failed.InnerException ?? failed).Message, failed);
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw new MailNotSentException($"The mail server did not answer within {Longest.TotalSeconds:0} seconds.", late);
        }
    }
}
