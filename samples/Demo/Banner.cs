namespace Samples.Demo;

internal static class Banner
{
    // The password is told by its place only: what is printed ends up in logs and on shared screens.
    public static void Print(TextWriter output) => output.WriteLine("""

          The demo is running. Ctrl-C stops it.

            Notes      http://localhost:5081            not guarded: the password is enough
            Payroll    http://localhost:5082            guarded: asks for identity verification
            API        http://localhost:5083            asks for it too, when Notes wants your bank account
            Portal     http://localhost:5080            the identity provider, for people
            Admin      http://localhost:5080/admin      for admins
            Mails      http://localhost:5080/dev/mail   what it would have sent

            Sign in as maya. Her password stands in samples/Demo/seed.json.

        """);
}
