using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Sessions;

namespace Samples.Payroll;

/// <summary>A payslip, the same made-up one for everybody.</summary>
internal static class PayslipPage
{
    public static Html Of(AppSession session) => Html.Of($"""
        {(session.Claims.Exact("acr") == "pwd" ? Skipped : null)}
        <section class="card flow" id="payslip">
        <h2>Payslip</h2>
        <p>For {session.DisplayName}. All figures are made up.</p>
        <table>
        <thead><tr><th scope="col">Item</th><th scope="col" class="end">Amount</th></tr></thead>
        <tbody>
        <tr><th scope="row">Salary</th><td class="end">€ 4,200.00</td></tr>
        <tr><th scope="row">Income tax</th><td class="end">− € 760.00</td></tr>
        <tr><th scope="row">Social insurance</th><td class="end">− € 840.00</td></tr>
        <tr><th scope="row">Paid out</th><td class="end"><strong>€ 2,600.00</strong></td></tr>
        </tbody>
        </table>
        </section>
        """);

    // The identity provider lets people skip while their enrollment period runs and says so in acr; an app that
    // handles something graver would refuse here instead.
    private static Html Skipped { get; } = Html.Of($"""
        <p class="note warn" id="skipped">Identity verification was skipped at this sign-in: only your password was
        checked.</p>
        """);
}
