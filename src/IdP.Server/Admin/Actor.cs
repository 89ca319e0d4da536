using IdP.Server.Admin.Access;
using IdP.Storage.Users;

namespace IdP.Server.Admin;

/// <summary>Who does it: as the audit log says it, and with what rights.</summary>
/// <param name="Name"><c>user:ID</c>, <c>token:ID</c>, <c>cli:NAME</c>, <c>seed</c> or <c>system</c>.</param>
internal sealed record Actor(string Name)
{
    /// <summary>The document that is read at start.</summary>
    public static Actor Seed { get; } = new("seed");

    /// <summary>Whoever runs the command line on the host, and with it holds the database: nothing is kept from them.</summary>
    public static Actor CommandLine { get; } = new("cli:" + Environment.UserName);

    /// <summary>What they may do.</summary>
    public IReadOnlySet<Right> Rights { get; init; } = Access.Rights.All;

    /// <summary>The person, when it is one; null: the host.</summary>
    public string? UserId { get; init; }

    /// <summary>The token by which they came, and when it ends; null: they came by none.</summary>
    public (string Id, DateTimeOffset Until)? Token { get; init; }

    /// <summary>An admin in the console.</summary>
    public static Actor Of(string userId, IEnumerable<string> roles) => new("user:" + userId) { UserId = userId, Rights = Access.Rights.Of(roles) };

    public bool Has(Right right) => Rights.Contains(right);

    /// <exception cref="ForbiddenException">They may not.</exception>
    public void Demand(Right right)
    {
        if (!Has(right)) throw new ForbiddenException(Sentence.Of($"This needs the right {Access.Rights.Scope(right)}."));
    }

    /// <summary>As <see cref="Demand"/>, and nobody acts on people who have a role unless they may give roles: else a lesser admin would open the account of a greater one.</summary>
    /// <exception cref="ForbiddenException">They may not.</exception>
    public void DemandOver(User person, Right right)
    {
        Demand(right);
        if (person.Roles.Count > 0 && !Has(Right.RolesWrite)) throw new ForbiddenException(Sentence.Of($"Only an owner acts on people who have an admin role."));
    }
}
