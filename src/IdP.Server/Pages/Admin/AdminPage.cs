using System.Text.Json;
using FluentValidation;
using IdP.Server.Admin;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Pages.Portal;
using IdP.Verification.Decisions;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin;

/// <summary>What the console's frame needs.</summary>
internal interface IAdminPage : IPortalPage
{
    /// <summary>The area whose item in the side list is current.</summary>
    string Area { get; }

    Actor Actor { get; }

    /// <summary>A message above everything; null: none.</summary>
    Phrase? Trouble { get; }

    Phrase? WasDone { get; }

    /// <summary>The verification is too old for a change; the frame offers to verify in another tab.</summary>
    bool AsksToVerify { get; }
}

/// <summary>
/// A page of the console: guarded always, shown to who has the right, and changed by who has verified in the last quarter
/// of an hour. It calls operations and queries and holds no rule.
/// </summary>
/// <param name="area">One of <see cref="AdminNav.Areas"/>.</param>
/// <param name="needs">What it takes to see it; null: any admin role.</param>
internal abstract class AdminPage(Visit visit, string area, Right? needs) : PortalPage(visit, "admin"), IAdminPage
{
    public string Area => area;

    public Right? Needs => needs;

    public Actor Actor => Actor.Of(Who.Person.Id, Who.Person.Roles);

    public bool AsksToVerify { get; private set; }

    /// <summary>Why, for the audit log.</summary>
    public string Reason { get; private set; } = "";

    protected CancellationToken Ct => HttpContext.RequestAborted;

    public Phrase? Trouble => ErrorOf("") ?? Message;

    public bool Has(Right right) => Actor.Has(right);

    public sealed override async Task<IActionResult> OnGetAsync()
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        return MaySee() ? await ShowAsync() : this.Problem(PageProblem.Denied);
    }

    /// <summary>Runs a change. What is refused is said on the page, which keeps what was typed.</summary>
    /// <param name="work">Does it; what it returns is the answer. It calls <see cref="FlowPage.Refuse(string, Phrase, int)"/> for what it finds wrong itself.</param>
    /// <param name="needsReason">The form has a field <c>reason</c> that must be filled.</param>
    protected async Task<IActionResult> ChangeAsync(Func<Task<IActionResult>> work, bool needsReason = false)
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (!MaySee()) return this.Problem(PageProblem.Denied);
        Reason = Request.HasFormContentType ? Request.Form["reason"].ToString().Trim() : "";
        // Ask again, and lose nothing: the form is shown as it was sent.
        if (await Visit.Flow.DecideAsync(Who, Policies.AdminChanges, RequestDemands.None) is not Decision.Proceed)
        {
            AsksToVerify = true;
            return await AgainAsync(null, StatusCodes.Status403Forbidden);
        }

        if (needsReason && Reason.Length == 0)
        {
            AddError("reason", T["Console.ReasonEmpty"]);
            return await AgainAsync(null, StatusCodes.Status400BadRequest);
        }

        try
        {
            return await work();
        }
        catch (ForbiddenException forbidden)
        {
            return await AgainAsync(T["Console.Forbidden", ("what", forbidden.Message)], StatusCodes.Status403Forbidden);
        }
        catch (StaleException)
        {
            return await AgainAsync(T["Console.Stale"], StatusCodes.Status409Conflict);
        }
        catch (Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            return await AgainAsync(T["Console.Stale"], StatusCodes.Status409Conflict);
        }
        catch (ValidationException invalid)
        {
            foreach (var failure in invalid.Errors) AddError(JsonNamingPolicy.CamelCase.ConvertName(failure.PropertyName.Split('.')[^1].Split('[')[0]), T.Literal(failure.ErrorMessage));
            return await AgainAsync(null, StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>Runs a form that changes nothing and whose text does not belong into an address.</summary>
    protected async Task<IActionResult> AskAsync(Func<Task> work)
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (!MaySee()) return this.Problem(PageProblem.Denied);
        await work();
        return await ShowAsync();
    }

    /// <summary>Reads what the page shows besides what was typed; called again when a change was refused.</summary>
    /// <returns>The page, or where to go when there is nothing to show.</returns>
    protected override Task<IActionResult> ShowAsync() => Task.FromResult<IActionResult>(Page());

    /// <summary>Shows the page again as it was sent.</summary>
    protected async Task<IActionResult> AgainAsync(Phrase? message, int status)
    {
        if (message is not null) AddError("", message);
        ViewData["Error"] = true;
        var result = await ShowAsync();
        Response.StatusCode = status;
        return result;
    }

    /// <summary>Goes on to a page of the console, which says what was done.</summary>
    /// <param name="path">As <c>/admin/groups</c>.</param>
    /// <param name="done">The last part of a key <c>Admin.{Area}.Done.…</c>.</param>
    protected IActionResult Done(string path, string done) =>
        LocalRedirect($"~{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}done={done}");

    /// <summary>What was just done; only texts that are known.</summary>
    public Phrase? WasDone => Request.Query["done"].ToString() is { Length: > 0 and < 40 } done && done.All(char.IsAsciiLetter) && T.Find($"Admin.{Area}.Done.{done}") is not null
        ? T[$"Admin.{Area}.Done.{done}"]
        : null;

    private bool MaySee() => IsAdmin && (needs is not { } right || Has(right));
}
