using System.Text;
using IdP.Protocol.Tokens;

namespace IdP.Tests.Protocol.Tokens;

/// <summary>A few tokens are remembered, and never more than two generations of them.</summary>
internal sealed class VerifiedTokensTests
{
    private readonly VerifiedTokens tokens = new(generation: 3);

    [Test]
    public void What_was_not_added_is_not_known()
    {
        Add("a");

        Assert.That(Knows("a"), Is.True);
        Assert.That(Knows("b"), Is.False);
    }

    [Test]
    public void The_generation_before_the_last_is_forgotten()
    {
        foreach (var token in (string[])["a", "b", "c", "d", "e"]) Add(token);
        Assert.That(Knows("e"), Is.True);

        Add("f");
        Assert.That(Knows("a"), Is.False);
        Assert.That(Knows("d"), Is.True);
    }

    [Test]
    public void What_is_asked_for_stays()
    {
        foreach (var token in (string[])["a", "b", "c"]) Add(token);
        foreach (var token in (string[])["d", "e", "f", "g", "h", "i"])
        {
            Assert.That(Knows("a"), Is.True, token);
            Add(token);
        }
    }

    [Test]
    public void Adding_one_again_makes_nothing_older()
    {
        foreach (var token in (string[])["a", "b"]) Add(token);
        for (var i = 0; i < 10; i++) Add("b");

        Assert.That(Knows("a"), Is.True);
    }

    [Test]
    public void Many_at_once_are_all_known()
    {
        var many = new VerifiedTokens();
        Parallel.For(0, 4000, i => many.Add(Encoding.ASCII.GetBytes($"{i}")));

        Assert.That(Enumerable.Range(0, 4000).Where(i => !many.Contains(Encoding.ASCII.GetBytes($"{i}"))), Is.Empty);
    }

    private void Add(string token) => tokens.Add(Encoding.ASCII.GetBytes(token));

    private bool Knows(string token) => tokens.Contains(Encoding.ASCII.GetBytes(token));
}
