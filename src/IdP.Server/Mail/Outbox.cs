using IdP.Storage.Database;
using IdP.Storage.Outbox;

namespace IdP.Server.Mail;

/// <summary>Puts a written mail into the outbox, in the transaction of what it tells about.</summary>
internal static class Outbox
{
    private const string Insert = """
        INSERT INTO outbox_messages (id, kind, user_id, "to", subject, text, html, state, attempts, created_at, next_attempt_at)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, 0, @p8, @p9)
        """;

    public static async ValueTask AddMailAsync(this Statements statements, OutboxMessage message) => await statements.ExecuteAsync(
        Insert, message.Id, message.Kind, message.UserId, message.To, message.Subject, message.Text, message.Html, message.State, message.CreatedAt, message.NextAttemptAt);
}
