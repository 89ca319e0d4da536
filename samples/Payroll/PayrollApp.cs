using Samples.RelyingParty;

namespace Samples.Payroll;

/// <summary>An app that is guarded: after the password the identity provider asks for identity verification.</summary>
public static class PayrollApp
{
    public const int Port = 5082;

    public const string ClientId = "payroll";

    /// <param name="args">Settings, see <see cref="SampleHost.Build"/>.</param>
    public static WebApplication Build(string[] args) => SampleHost.Build(
        new SampleApp("Payroll", ClientId, Port,
            "See what you earn. Signing in needs your password and identity verification.", PayslipPage.Of),
        args);
}
