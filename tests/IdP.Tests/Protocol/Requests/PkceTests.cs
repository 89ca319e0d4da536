using IdP.Protocol.Requests;

namespace IdP.Tests.Protocol.Requests;

internal sealed class PkceTests
{
    // RFC 7636 appendix B
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    [Test]
    public void The_example_of_RFC_7636_matches() => Assert.That(Pkce.Matches(Verifier, Challenge), Is.True);

    [TestCase(Challenge, Challenge, TestName = "A challenge is not its own verifier (plain)")]
    [TestCase("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", Challenge)]
    [TestCase(Verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cm")]
    [TestCase(Verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=")]
    [TestCase(Verifier, "")]
    [TestCase("", Challenge)]
    [TestCase("short", Challenge)]
    public void Anything_else_does_not_match(string verifier, string challenge) => Assert.That(Pkce.Matches(verifier, challenge), Is.False);

    [TestCase(42, ExpectedResult = false)]
    [TestCase(43, ExpectedResult = true)]
    [TestCase(128, ExpectedResult = true)]
    [TestCase(129, ExpectedResult = false)]
    public bool A_verifier_has_43_to_128_characters(int length) => Pkce.IsVerifier(new string('a', length));

    [TestCase('~', ExpectedResult = true)]
    [TestCase('.', ExpectedResult = true)]
    [TestCase('+', ExpectedResult = false)]
    [TestCase('/', ExpectedResult = false)]
    [TestCase('=', ExpectedResult = false)]
    [TestCase(' ', ExpectedResult = false)]
    [TestCase('ä', ExpectedResult = false)]
    public bool A_verifier_has_only_unreserved_characters(char character) => Pkce.IsVerifier(new string(character, 43));

    [TestCase(42, 'a', ExpectedResult = false)]
    [TestCase(43, 'a', ExpectedResult = true)]
    [TestCase(44, 'a', ExpectedResult = false)]
    [TestCase(43, '.', ExpectedResult = false)]
    [TestCase(43, '+', ExpectedResult = false)]
    public bool A_challenge_is_43_characters_of_base64url(int length, char character) => Pkce.IsChallenge(new string(character, length));
}
