namespace IdP.Storage.Database;

public enum DatabaseProvider
{
    Sqlite,
    PostgreSql,
}

/// <summary>Where everything is kept; section <c>IdP:Database</c>.</summary>
public sealed record DatabaseOptions
{
    public DatabaseProvider Provider { get; init; } = DatabaseProvider.Sqlite;

    /// <summary>For SQLite, <c>Data Source=</c> and a path; the folder is made when it is missing.</summary>
    public string ConnectionString { get; init; } = "Data Source=data/idp.db";
}
