using IdP.Storage;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace IdP.Tests.Storage;

/// <summary>A new SQLite file is made from a script; it must be what the migrations make.</summary>
internal sealed class SchemaScriptTests
{
    private static readonly string Path = System.IO.Path.Combine(Repository.Root, "src/IdP.Storage/Migrations/Sqlite/Schema.sql");

    [Test]
    public void The_script_is_what_the_migrations_amount_to()
    {
        using var db = new SqliteDbContext(new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite("Data Source=:memory:").Options);
        var script = db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.NoTransactions).ReplaceLineEndings("\n");
        // Written anew by: IDP_WRITE_SCHEMA=1 tests/run --filter SchemaScriptTests
        if (Environment.GetEnvironmentVariable("IDP_WRITE_SCHEMA") is not null) File.WriteAllText(Path, script);

        Assert.That(File.ReadAllText(Path), Is.EqualTo(script));
    }
}
