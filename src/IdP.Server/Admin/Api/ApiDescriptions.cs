namespace IdP.Server.Admin.Api;

/// <summary>What a route says of itself, for the OpenAPI document, besides Accepts and Produces.</summary>
internal static class ApiDescriptions
{
    /// <param name="Values">Null: any text.</param>
    internal sealed record Parameter(string Name, string Description, bool IsNumber = false, IReadOnlyList<string>? Values = null);

    /// <summary>A problem that it answers besides the ones of every route.</summary>
    internal sealed record Refusal(int Status);

    /// <summary>It looks at <c>If-Match</c>.</summary>
    internal sealed record Condition;

    /// <summary>It takes a query parameter.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder route, string name, string description, params IReadOnlyList<string> values) =>
        route.WithMetadata(new Parameter(name, description, Values: values is [] ? null : values));

    /// <summary>It takes a query parameter that is a whole number.</summary>
    public static RouteHandlerBuilder TakesNumber(this RouteHandlerBuilder route, string name, string description) => route.WithMetadata(new Parameter(name, description, IsNumber: true));

    /// <summary>It answers a part of a list.</summary>
    public static RouteHandlerBuilder Pages(this RouteHandlerBuilder route, string key) => route
        .WithMetadata(new Parameter("limit", "How many at most, from 1 to 200; 50 when missing.", IsNumber: true))
        .WithMetadata(new Parameter("after", $"Goes on behind this {key}: what next said in the part before."));

    /// <summary>It takes a reason for the audit log as a query parameter, having no body.</summary>
    public static RouteHandlerBuilder Explains(this RouteHandlerBuilder route) => route.Takes("reason", "Why, for the audit log; at most 500 characters.");

    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, int status) => route.WithMetadata(new Refusal(status));

    public static RouteHandlerBuilder Conditional(this RouteHandlerBuilder route) => route.WithMetadata(new Condition());
}
