namespace IdP.Bench.Scenarios;

internal static class SignIn
{
    public static Task RunAsync(Arguments arguments, Programs programs) => Task.CompletedTask;
}
