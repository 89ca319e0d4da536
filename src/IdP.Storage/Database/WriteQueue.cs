using System.Data.Common;
using System.Threading.Channels;
using IdP.Storage.Audit;
using Microsoft.Data.Sqlite;

namespace IdP.Storage.Database;

/// <summary>
/// One fair line for everybody who writes to the SQLite file. Without it the provider polls a busy file every 150 ms
/// and an unlucky request waits for seconds.
/// </summary>
/// <remarks>
/// Short work that waits in line at the same time shares one commit: each piece runs between savepoints, so that one
/// that fails takes nothing of the others with it, and nobody is told "done" before the commit is durable.
/// </remarks>
internal sealed class WriteQueue : IAsyncDisposable
{
    private const int MostPerCommit = 64;

    // Set for whatever runs in the line, so that a write inside a write is refused: it would wait for itself, and
    // everybody behind it for ever.
    private static readonly AsyncLocal<bool> Inside = new();

    private readonly Channel<IWork> line = Channel.CreateUnbounded<IWork>(new() { SingleReader = true });
    private readonly Func<SqliteConnection> connect;
    private readonly AuditSeals? seals;
    private readonly Task running;

    public WriteQueue(Func<SqliteConnection> connect, AuditSeals? seals = null)
    {
        this.connect = connect;
        this.seals = seals;
        running = Task.Run(RunAsync);
    }

    /// <summary>Runs short statements, sharing the commit with whoever waits at the same time.</summary>
    public Task<T> RunAsync<T>(Func<Statements, ValueTask<T>> work)
    {
        RefuseInside();
        var piece = new Piece<T>(work);
        ObjectDisposedException.ThrowIf(!line.Writer.TryWrite(piece), this);
        return piece.Done;
    }

    /// <summary>Waits for a turn in which nobody else writes; it ends when the result is disposed.</summary>
    public async Task<IDisposable> TakeTurnAsync()
    {
        RefuseInside();
        var turn = new Turn();
        ObjectDisposedException.ThrowIf(!line.Writer.TryWrite(turn), this);
        await turn.Begun;
        return turn;
    }

    /// <summary>Marks what the calling method does from here on as running in the line.</summary>
    public static void Enter() => Inside.Value = true;

    public async ValueTask DisposeAsync()
    {
        line.Writer.TryComplete();
        await running;
    }

    private static void RefuseInside()
    {
        if (Inside.Value) throw new InvalidOperationException("A write inside a write would wait for itself: do it before or after.");
    }

    private async Task RunAsync()
    {
        Statements? statements = null;
        var pieces = new List<IPiece>(MostPerCommit);
        while (await line.Reader.WaitToReadAsync())
        {
            while (line.Reader.TryRead(out var next))
            {
                if (next is Turn turn)
                {
                    await turn.HoldAsync();
                    continue;
                }

                pieces.Clear();
                pieces.Add((IPiece)next);
                // Work that needs the line for itself keeps its place, so the batch ends before it.
                while (pieces.Count < MostPerCommit && line.Reader.TryPeek(out var peeked) && peeked is IPiece && line.Reader.TryRead(out next))
                {
                    pieces.Add((IPiece)next);
                }

                try
                {
                    if (statements is null)
                    {
                        var connection = connect();
                        await connection.OpenAsync();
                        statements = new Statements(connection, keepsCommands: true, seals);
                    }

                    await CommitAsync(statements, pieces);
                }
#pragma warning disable CA1031 // Whatever broke, the line goes on: else everybody who writes would wait for ever.
                catch (Exception broken)
#pragma warning restore CA1031
                {
                    foreach (var piece in pieces) piece.Fail(broken);
                    if (statements is not null) await statements.DisposeAsync();
                    statements = null;
                }
            }
        }

        if (statements is not null) await statements.DisposeAsync();
    }

    private static async Task CommitAsync(Statements statements, List<IPiece> pieces)
    {
        await statements.ExecuteAsync("BEGIN IMMEDIATE");
        if (pieces is [var only])
        {
            // Nobody else's work to spare: the transaction is the savepoint.
            await statements.ExecuteAsync(await only.TryRunAsync(statements) ? "COMMIT" : "ROLLBACK");
            only.Finish();
            return;
        }

        foreach (var piece in pieces)
        {
            await statements.ExecuteAsync("SAVEPOINT piece");
            if (!await piece.TryRunAsync(statements)) await statements.ExecuteAsync("ROLLBACK TO piece");
            await statements.ExecuteAsync("RELEASE piece");
        }

        await statements.ExecuteAsync("COMMIT");
        foreach (var piece in pieces) piece.Finish();
    }

    private interface IWork;

    private interface IPiece : IWork
    {
        ValueTask<bool> TryRunAsync(Statements statements);

        void Finish();

        void Fail(Exception exception);
    }

    private sealed class Piece<T>(Func<Statements, ValueTask<T>> work) : IPiece
    {
        // The work runs as its caller would run it (request, culture, trace), as it does on PostgreSQL.
        private readonly ExecutionContext? caller = ExecutionContext.Capture();
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;
        private Exception? failure;

        public Task<T> Done => done.Task;

        public async ValueTask<bool> TryRunAsync(Statements statements)
        {
            try
            {
                result = await StartAsync(statements);
                return true;
            }
            catch (Exception exception)
            {
                failure = exception;
                return false;
            }
        }

        public void Finish()
        {
            if (failure is null) done.TrySetResult(result!);
            else done.TrySetException(failure);
        }

        private ValueTask<T> StartAsync(Statements statements)
        {
            if (caller is null) return work(statements);
            var started = default(ValueTask<T>);
            ExecutionContext.Run(caller, _ =>
            {
                Enter();
                started = work(statements);
            }, null);
            return started;
        }

        public void Fail(Exception exception) => done.TrySetException(failure ?? exception);
    }

    private sealed class Turn : IWork, IDisposable
    {
        private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => begun.Task;

        public Task HoldAsync()
        {
            begun.TrySetResult();
            return ended.Task;
        }

        public void Dispose() => ended.TrySetResult();
    }
}
