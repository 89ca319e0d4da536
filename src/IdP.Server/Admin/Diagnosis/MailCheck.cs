using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using IdP.Server.Hosting;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Diagnosis;

/// <summary>Whether the mail server answers, by TLS where that is demanded; nothing is sent.</summary>
internal static class MailCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static async Task<IEnumerable<Check>> LookAsync(MailOptions mail, bool isDevelopment, CancellationToken ct)
    {
        if (mail.Host is not { } host)
        {
            return [isDevelopment ? Check.Ok("mail", "There is no mail server; mails are shown at /dev/mail.")
                : Check.Problem("mail", "There is no mail server: nobody gets a mail, not even of a changed password.", "Set IdP:Mail:Host.")];
        }

        var server = $"{host}:{mail.Port}";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Longest);
        try
        {
            await TalkAsync(mail, host, limit.Token);
            return [Check.Ok("mail", $"{server} answers{(mail.UseTls ? " by TLS with a certificate that is believed" : ", without TLS on this machine")}.")];
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return [Check.Problem("mail", $"{server} did not answer within {Longest.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} seconds.", "See IdP:Mail:Host and IdP:Mail:Port, and the firewall.")];
        }
        catch (Exception failed) when (failed is SocketException or IOException or AuthenticationException or InvalidDataException)
        {
            return [Check.Problem("mail", $"{server}: {(failed.InnerException is AuthenticationException inner ? inner : failed).Message}", "See IdP:Mail. To try one mail: idp mail test --to ADDRESS")];
        }
    }

    public static async Task<IEnumerable<Check>> OutboxAsync(IdPDatabase database)
    {
        var failed = await database.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM outbox_messages WHERE state = 'Failed'", row => row.GetInt64(0)));
        return [failed == 0 ? Check.Ok("outbox", "No mail was given up.") : Check.Warning("outbox", $"{failed} mails were given up.", "idp mail outbox --failed; then idp mail retry ID")];
    }

    // RFC 5321 §4.3 and RFC 3207, as far as the first greeting under TLS.
    private static async Task TalkAsync(MailOptions mail, string host, CancellationToken ct)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, mail.Port, ct);
        await using var plain = client.GetStream();
        await ReadAsync(plain, "220", ct);
        if (!(await SayAsync(plain, "EHLO idp.invalid", "250", ct)).Contains("STARTTLS", StringComparison.OrdinalIgnoreCase) && mail.UseTls)
            throw new InvalidDataException("It does not offer STARTTLS, and nothing is sent without TLS.");
        if (mail.UseTls)
        {
            await SayAsync(plain, "STARTTLS", "220", ct);
            await using var secure = new SslStream(plain, leaveInnerStreamOpen: true);
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, ct);
            await SayAsync(secure, "EHLO idp.invalid", "250", ct);
            await SayAsync(secure, "QUIT", "221", ct);
            return;
        }

        await SayAsync(plain, "QUIT", "221", ct);
    }

    private static async Task<string> SayAsync(Stream stream, string line, string expected, CancellationToken ct)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), ct);
        return await ReadAsync(stream, expected, ct);
    }

    // Byte by byte: what follows STARTTLS is not ours to read.
    private static async Task<string> ReadAsync(Stream stream, string expected, CancellationToken ct)
    {
        var (answer, line, one) = (new StringBuilder(), new StringBuilder(), new byte[1]);
        while (answer.Length < 10_000)
        {
            if (await stream.ReadAsync(one, ct) == 0) throw new InvalidDataException("It ended the conversation.");
            if (one[0] != '\n')
            {
                line.Append((char)one[0]);
                continue;
            }

            var text = line.ToString().TrimEnd('\r');
            answer.AppendLine(text);
            line.Clear();
            // A line that goes on has a hyphen behind its code.
            if (text.Length > 3 && text[3] == '-') continue;
            return text.StartsWith(expected, StringComparison.Ordinal) ? answer.ToString() : throw new InvalidDataException($"It said \"{Texts.ForTerminal(text)}\".");
        }

        throw new InvalidDataException("It speaks no SMTP.");
    }
}
