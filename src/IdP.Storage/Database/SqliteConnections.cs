using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace IdP.Storage.Database;

/// <summary>How a connection to the SQLite file is set up.</summary>
internal static class SqliteConnections
{
    // FULL: an acknowledged commit survives the loss of power. With NORMAL in WAL mode the last ones may be lost, and
    // a spent one-time code would be valid again.
    private const string PragmaText = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000;";

    public static PragmaInterceptor Pragmas { get; } = new();

    /// <summary>Fills in what the provider needs and makes the file's folder.</summary>
    public static string Prepare(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString) { ForeignKeys = true };
        if (!IsMemory(builder.DataSource))
        {
            builder.DataSource = Path.GetFullPath(builder.DataSource);
            if (Path.GetDirectoryName(builder.DataSource) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        }

        return builder.ConnectionString;
    }

    public static string? FileOf(string connectionString)
    {
        var source = new SqliteConnectionStringBuilder(connectionString).DataSource;
        return IsMemory(source) ? null : source;
    }

    public static SqliteConnection Create(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState == System.Data.ConnectionState.Open) Apply(connection);
        };
        return connection;
    }

    private static bool IsMemory(string source) => source is "" or ":memory:";

    private static void Apply(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = PragmaText;
        command.ExecuteNonQuery();
    }

    internal sealed class PragmaInterceptor : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Apply(connection);
            return Task.CompletedTask;
        }
    }
}
