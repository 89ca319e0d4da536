using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Sessions;

namespace Samples.Notes;

internal static class NotesPage
{
    public static Html Of(AppSession session, IReadOnlyList<Note> notes) => Html.Of($"""
        <section class="card flow">
        <h2>Your notes</h2>
        <form method="post" action="/notes" class="flow">
        {Form.Token(session)}
        <div class="field">
        <label for="text">New note</label>
        <input class="in" id="text" name="text" maxlength="500" required autocomplete="off">
        </div>
        <button class="btn go">Add note</button>
        </form>
        {(notes.Count == 0 ? Html.Of($"""<p class="soft">No notes yet.</p>""") : List(session, notes))}
        </section>
        {PayrollPages.Links}
        """);

    private static Html List(AppSession session, IReadOnlyList<Note> notes) => Html.Of($"""
        <ul class="flow" id="notes">
        {notes.Select(note => Item(session, note))}
        </ul>
        """);

    private static Html Item(AppSession session, Note note) => Html.Of($"""
        <li class="row between"><span>{note.Text}</span>
        <form method="post" action="/notes/remove">
        {Form.Token(session)}<input type="hidden" name="note" value="{note.Id.ToString()}">
        <button class="btn sm">Remove<span class="vh"> {note.Text}</span></button>
        </form></li>
        """);
}
