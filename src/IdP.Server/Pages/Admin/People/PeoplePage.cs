using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;

namespace IdP.Server.Pages.Admin.People;

/// <summary>What the pages about people share: words for states and outcomes, and numbers that were typed.</summary>
internal abstract class PeoplePage(Visit visit, Right needs = Right.PeopleRead) : AdminPage(visit, "People", needs)
{
    protected const string Path = "/admin/people";

    /// <summary>How a row's state is shown: a class and a word.</summary>
    public (string Style, Phrase Text) StateOf(ListUsers.Row person) => person switch
    {
        { Disabled: true } => ("", T["Admin.People.State.disabled"]),
        { State: EnrollmentView.Expired } => ("bad", T["Admin.People.State.expired"]),
        { Locked: true } => ("bad", T["Admin.People.Locked"]),
        { State: EnrollmentView.Active } => ("ok", T["Admin.People.State.active"]),
        { State: EnrollmentView.Period, Deadline: { } end } => (person.DaysLeft <= 3 ? "warn" : "", Left(end)),
        _ => ("", T["Admin.People.State." + person.State]),
    };

    public Phrase Left(DateTimeOffset end) => T.Remaining("Admin.People.Left", end - Visit.Time.Now);

    public Phrase OutcomeOf(PersonActs.Result result) => T["Admin.People.Outcome." + result.Word, ("date", result.Date is { } date ? Visit.Time.Full(date) : "")];

    public Phrase OutcomeOf(string word) => OutcomeOf(new PersonActs.Result(false, word));

    /// <summary>A number of days that was typed.</summary>
    /// <returns>False when it is none; that was said beside the field.</returns>
    protected bool TryReadDays(bool needed, out int? days)
    {
        var typed = Request.HasFormContentType ? Request.Form["days"].ToString().Trim() : "";
        days = null;
        if (typed.Length == 0 && !needed) return true;
        if (int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given is >= 1 and <= 365)
        {
            days = given;
            return true;
        }

        AddError("days", T["Admin.People.DaysWrong"]);
        return false;
    }
}
