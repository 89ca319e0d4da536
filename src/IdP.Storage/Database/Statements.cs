using System.Data;
using System.Data.Common;
using IdP.Storage.Audit;

namespace IdP.Storage.Database;

/// <summary>
/// The few statements of the hot path, prepared once per connection and the same text on both databases. Everything
/// else goes through <see cref="IdPDbContext"/>.
/// </summary>
/// <remarks>
/// Parameters are written <c>@p0</c>, <c>@p1</c>, … in the order of the arguments. A <see cref="DateTimeOffset"/>
/// travels as the milliseconds it is stored as.
/// </remarks>
public sealed class Statements : IAsyncDisposable
{
    private readonly DbConnection connection;
    private readonly bool keepsCommands;
    private readonly Dictionary<string, DbCommand> commands = new(StringComparer.Ordinal);

    internal Statements(DbConnection connection, bool keepsCommands, AuditSeals? seals)
    {
        Seals = seals;
        this.connection = connection;
        this.keepsCommands = keepsCommands;
    }

    internal DbTransaction? Transaction { get; set; }

    internal AuditSeals? Seals { get; }

    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it changed: for a conditional update, whether this caller won.</returns>
    public async ValueTask<int> ExecuteAsync(string sql, params object?[] arguments)
    {
        var command = Command(sql, arguments);
        try
        {
            return await command.ExecuteNonQueryAsync();
        }
        finally
        {
            await ReleaseAsync(command);
        }
    }

    /// <summary>Runs a statement and reads the first row of the result, or of the first result that has one.</summary>
    /// <returns>What <paramref name="read"/> made of it, or the default when there was no row.</returns>
    public async ValueTask<T?> FirstAsync<T>(string sql, Func<DbDataReader, T> read, params object?[] arguments)
    {
        var command = Command(sql, arguments);
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            var found = default(T);
            var have = false;
            do
            {
                // Every result is read to its end: SQLite carries out UPDATE … RETURNING while it is being read.
                while (await reader.ReadAsync())
                {
                    if (have) continue;
                    found = read(reader);
                    have = true;
                }
            }
            while (await reader.NextResultAsync());
            return found;
        }
        finally
        {
            await ReleaseAsync(command);
        }
    }

    /// <summary>Runs a statement and reads every row.</summary>
    public async ValueTask<List<T>> AllAsync<T>(string sql, Func<DbDataReader, T> read, params object?[] arguments)
    {
        var command = Command(sql, arguments);
        try
        {
            var rows = new List<T>();
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) rows.Add(read(reader));
            return rows;
        }
        finally
        {
            await ReleaseAsync(command);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var command in commands.Values) await command.DisposeAsync();
        commands.Clear();
        await connection.DisposeAsync();
    }

    private DbCommand Command(string sql, object?[] arguments)
    {
        if (!keepsCommands || !commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < arguments.Length; i++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = "@p" + i;
                command.Parameters.Add(parameter);
            }

            if (keepsCommands) commands.Add(sql, command);
        }

        for (var i = 0; i < arguments.Length; i++) SetValue(command.Parameters[i], arguments[i]);
        command.Transaction = Transaction;
        return command;
    }

    private static void SetValue(DbParameter parameter, object? value)
    {
        switch (value)
        {
            case null:
                // Typed, so that PostgreSQL need not guess: every nullable column bound here is text or a number, and
                // an unknown-typed null fits both.
                parameter.Value = DBNull.Value;
                break;
            case DateTimeOffset time:
                parameter.Value = time.ToUnixTimeMilliseconds();
                break;
            case Enum name:
                parameter.Value = name.ToString();
                break;
            default:
                parameter.Value = value;
                break;
        }
    }

    private ValueTask ReleaseAsync(DbCommand command) => keepsCommands ? ValueTask.CompletedTask : command.DisposeAsync();
}

/// <summary>Reading the columns that both databases store alike.</summary>
public static class StatementReading
{
    extension(DbDataReader reader)
    {
        public string? NullableString(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

        /// <summary>A time stored as milliseconds since 1970.</summary>
        public DateTimeOffset Time(int column) => DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

        public DateTimeOffset? NullableTime(int column) => reader.IsDBNull(column) ? null : reader.Time(column);
    }
}
