using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using IdP.Storage.Keys;

namespace IdP.Storage.Audit;

/// <summary>What a seal says about what it stands on.</summary>
internal enum SealState
{
    Valid,
    Wrong,

    /// <summary>Made under a master key that is not among the known ones.</summary>
    UnknownKey,
}

/// <summary>
/// Keyed hashes over audit rows, links and checkpoints. Whoever can write the database but has not the master key can
/// make none of them.
/// </summary>
/// <remarks>
/// What is hashed has a name first and then each value with its length, so that no two things are written alike. A seal is
/// <c>KEYID.NONCE.HASH</c>: two events that are alike in everything have two seals. Links and checkpoints have
/// <c>KEYID.HASH</c>.
/// </remarks>
public sealed class AuditSeals(MasterKeys master, RandomSource random)
{
    private const int NonceSize = 9;

    private readonly IReadOnlyList<(string Id, byte[] Key)> keys = master.Derive("audit");

    internal string Seal(AuditEvent row)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        random.Fill(nonce);
        var (id, key) = keys[0];
        var text = Base64Url.EncodeToString(nonce);
        return $"{id}.{text}.{Hash(key, RowBytes(row, text))}";
    }

    internal SealState Check(AuditEvent row) =>
        row.Seal?.Split('.') is [var id, var nonce, var hash] ? Compare(id, hash, () => RowBytes(row, nonce)) : SealState.Wrong;

    /// <param name="row">The row; one from before the seals is hashed as a whole.</param>
    /// <param name="previous">The hash of the link before; empty: none.</param>
    internal string Link(long sequence, AuditEvent row, long checkpoint, string previous) =>
        $"{keys[0].Id}.{Hash(keys[0].Key, LinkBytes(sequence, row, checkpoint, previous))}";

    internal SealState Check(AuditLink link, AuditEvent row, string previous) =>
        link.Hash.Split('.') is [var id, var hash] ? Compare(id, hash, () => LinkBytes(link.Sequence, row, link.Checkpoint, previous)) : SealState.Wrong;

    internal AuditCheckpoint Sign(AuditCheckpoint checkpoint) =>
        checkpoint with { Signature = $"{keys[0].Id}.{Hash(keys[0].Key, CheckpointBytes(checkpoint))}" };

    internal SealState Check(AuditCheckpoint checkpoint) =>
        checkpoint.Signature.Split('.') is [var id, var hash] ? Compare(id, hash, () => CheckpointBytes(checkpoint)) : SealState.Wrong;

    private SealState Compare(string id, string hash, Func<Bytes> what)
    {
        foreach (var known in keys)
        {
            if (known.Id != id) continue;
            var expected = Encoding.ASCII.GetBytes(Hash(known.Key, what()));
            return CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(hash)) ? SealState.Valid : SealState.Wrong;
        }

        return SealState.UnknownKey;
    }

    private static Bytes RowBytes(AuditEvent row, string nonce) => Content(new Bytes("row").Text(nonce), row);

    private static Bytes LinkBytes(long sequence, AuditEvent row, long checkpoint, string previous)
    {
        var bytes = new Bytes("link").Number(sequence).Number(row.Id).Number(checkpoint).Text(previous).Text(row.Seal);
        return row.Seal is null ? Content(bytes, row) : bytes;
    }

    private static Bytes CheckpointBytes(AuditCheckpoint c) => new Bytes("checkpoint")
        .Number(c.Id).Number(c.At.ToUnixTimeMilliseconds()).Number(c.Sequence).Text(c.Hash)
        .Number(c.Begins).Text(c.BeginsHash).Number(c.Oldest).Text(c.Previous);

    private static Bytes Content(Bytes bytes, AuditEvent row) => bytes
        .Number(row.At.ToUnixTimeMilliseconds()).Text(row.Event).Text(row.Actor).Text(row.UserId).Text(row.Resource)
        .Text(row.Outcome).Text(row.Reason).Text(row.Address).Text(row.UserAgent).Text(row.Reference);

    private static string Hash(byte[] key, Bytes bytes)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, bytes.Written, hash);
        return Base64Url.EncodeToString(hash);
    }

    private sealed class Bytes
    {
        private readonly ArrayBufferWriter<byte> buffer = new(512);

        public Bytes(string kind) => Text(kind);

        public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

        public Bytes Number(long number)
        {
            BinaryPrimitives.WriteInt64BigEndian(buffer.GetSpan(sizeof(long)), number);
            buffer.Advance(sizeof(long));
            return this;
        }

        public Bytes Text(string? text)
        {
            BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(sizeof(int)), text is null ? -1 : Encoding.UTF8.GetByteCount(text));
            buffer.Advance(sizeof(int));
            if (text is not null) Encoding.UTF8.GetBytes(text, buffer);
            return this;
        }
    }
}
