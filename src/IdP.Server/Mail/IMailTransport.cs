using IdP.Storage.Outbox;

namespace IdP.Server.Mail;

/// <summary>Hands a mail on. A kept mail library can take the framework's client's place here.</summary>
internal interface IMailTransport
{
    /// <summary>Sends one mail.</summary>
    /// <exception cref="MailNotSentException">It was not taken; it is tried again later.</exception>
    Task SendAsync(OutboxMessage message, CancellationToken ct);
}

/// <summary>The mail server did not take a mail.</summary>
internal sealed class MailNotSentException(string message, Exception inner) : Exception(message, inner);
