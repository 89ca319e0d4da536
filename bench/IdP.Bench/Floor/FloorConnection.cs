using Microsoft.Data.Sqlite;

namespace IdP.Bench.Floor;

/// <summary>A connection that keeps its commands prepared.</summary>
internal sealed class FloorConnection : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);
    private readonly SqliteConnection connection;

    public FloorConnection(string connectionString)
    {
        connection = new SqliteConnection(connectionString);
        connection.Open();
        Script("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
    }

    public void Script(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Execute(string sql, params ReadOnlySpan<object> values) => Prepared(sql, values).ExecuteNonQuery();

    /// <summary>Reads every column of the one row that there is.</summary>
    public void Read(string sql, string key)
    {
        using var reader = Prepared(sql, [key]).ExecuteReader();
        if (!reader.Read()) throw new InvalidOperationException($"No row {key}.");
        for (var column = 0; column < reader.FieldCount; column++) reader.GetValue(column);
        reader.Read();
    }

    public void Dispose()
    {
        foreach (var command in commands.Values) command.Dispose();
        connection.Dispose();
    }

    private SqliteCommand Prepared(string sql, ReadOnlySpan<object> values)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i}", values[i]);
            commands.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command;
    }
}
