using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Keys;
using IdP.Testing;

namespace IdP.Tests.Storage;

/// <summary>An audit log of which a test makes what it needs, on a database of its own.</summary>
internal abstract class AuditChainFixture(TestDatabaseKind kind) : StorageTest(kind)
{
    protected static readonly byte[] Key = [.. Enumerable.Repeat((byte)7, 32)];

    private readonly List<IdPDatabase> opened = [];

    protected TestClock Clock { get; } = new();

    protected Node First { get; private set; } = null!;

    [SetUp]
    public void Open_a_node() => First = NewNode(Key);

    [TearDown]
    public async Task Close_nodes()
    {
        foreach (var one in opened) await one.DisposeAsync();
    }

    protected Node NewNode(params byte[][] keys)
    {
        var seals = new AuditSeals(new MasterKeys(keys), new RandomSource());
        var database = new IdPDatabase(Options, seals);
        opened.Add(database);
        var verifier = new AuditVerifier(database, seals);
        return new Node(database, verifier, new AuditChain(database, seals, verifier, Clock));
    }

    protected AuditEvent Event(int number = 0) => new()
    {
        At = Clock.GetUtcNow().AddSeconds(number), Event = AuditEvents.Verified, Actor = "user:anna", UserId = "anna", Resource = "client:payroll", Outcome = "success",
        Reason = $"By otp, {number}.", Address = "192.0.2.1", UserAgent = "Firefox", Reference = "LK-7F3Q-29",
    };

    protected async Task AddAsync(int count)
    {
        for (var i = 0; i < count; i++) await First.AddAsync(Event(i));
    }

    /// <summary>Rows 1 to 10, a checkpoint, 11 to 14, another, and 15 and 16 linked behind it.</summary>
    protected async Task SixteenRowsAsync()
    {
        foreach (var (rows, signs) in new[] { (10, true), (4, true), (2, false) })
        {
            await AddAsync(rows);
            await First.Chain.LinkAsync(null);
            if (signs) await First.Chain.CheckpointAsync(now: true);
        }
    }

    protected async Task TamperAsync(string sql)
    {
        foreach (var statement in sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            Assert.That(await Database.WriteAsync(s => s.ExecuteAsync(statement)), Is.Positive, statement);
    }

    protected Task<AuditVerdict> VerifyAsync(AuditCheckpoint? kept = null) => First.Verifier.VerifyAsync(kept, null, CancellationToken.None);

    protected async Task IntactAsync(long rows, AuditCheckpoint? kept = null)
    {
        var verdict = await VerifyAsync(kept);
        Assert.That((Words(verdict), verdict.Rows), Is.EqualTo(("", rows)));
    }

    protected static string Words(AuditVerdict verdict) =>
        string.Join(", ", verdict.Faults.Select(f => $"{f.Kind} {(f.EventId is { } row ? $"row {row}" : f.Sequence is { } link ? $"link {link}" : $"checkpoint {f.Checkpoint}")}"));

    internal sealed record Node(IdPDatabase Database, AuditVerifier Verifier, AuditChain Chain)
    {
        public Task AddAsync(AuditEvent row, bool withEf = false) => withEf
            ? Database.SaveAsync(db =>
            {
                db.Audit(row);
                return Task.CompletedTask;
            })
            : Database.WriteAsync(async s =>
            {
                await s.AuditAsync(row);
                return true;
            });
    }
}
