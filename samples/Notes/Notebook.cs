using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Samples.Notes;

internal sealed record Note(Guid Id, string Text);

/// <summary>
/// Everyone's notes, by <c>sub</c>, in memory. Names and addresses change; <c>sub</c> does not (OIDC Core §5.7).
/// </summary>
internal sealed class Notebook
{
    private const int MostNotes = 100, MostCharacters = 500;

    private readonly ConcurrentDictionary<string, ImmutableList<Note>> notes = new();

    public IReadOnlyList<Note> Of(string subject) => notes.GetValueOrDefault(subject, []);

    public void Add(string subject, string text)
    {
        if (text.Trim() is not { Length: > 0 and <= MostCharacters } trimmed) return;
        var note = new Note(Guid.NewGuid(), trimmed);
        notes.AddOrUpdate(subject, [note], (_, old) => old.Count < MostNotes ? old.Insert(0, note) : old);
    }

    public void Remove(string subject, Guid id) =>
        notes.AddOrUpdate(subject, [], (_, old) => old.RemoveAll(note => note.Id == id));
}
