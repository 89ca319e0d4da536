using System.Text;
using IdP.Protocol.Requests;
using Microsoft.AspNetCore.Http;

namespace IdP.Tests.Protocol.Requests;

internal sealed class OAuthFormTests
{
    private const string Form = "application/x-www-form-urlencoded";

    [TestCase("a=b", "b")]
    [TestCase("a=b+c", "b c")]
    [TestCase("a=b%20c", "b c")]
    [TestCase("a=%C3%BC", "ü")]
    [TestCase("a=b=c", "b=c")]
    [TestCase("%61=b", "b")]
    [TestCase("&&a=b&", "b")]
    public async Task A_value_is_decoded(string body, string expected)
    {
        var form = await ReadAsync(body);

        Assert.That(form!["a"], Is.EqualTo(expected));
    }

    // RFC 6749 §3.1: sent without a value is omitted.
    [TestCase("a=")]
    [TestCase("a")]
    [TestCase("A=b")]
    [TestCase("b=a")]
    public async Task A_parameter_without_a_value_is_missing(string body)
    {
        var form = await ReadAsync(body);

        Assert.That(form!["a"], Is.Null);
    }

    [TestCase("a=1&a=2")]
    [TestCase("a=1&a=1")]
    [TestCase("a=1&%61=1")]
    [TestCase("a=&a=1")]
    [TestCase("a=1&b=2&a=")]
    [TestCase("a=%")]
    [TestCase("a=%4")]
    [TestCase("a=%zz")]
    [TestCase("a=%FF")]
    [TestCase("a=%C0%80")]
    [TestCase("a=%ED%A0%80")]
    [TestCase("a=%00")]
    [TestCase("a=%1F")]
    [TestCase("a=%7F")]
    [TestCase("a%00=1")]
    public async Task A_form_that_could_be_read_in_two_ways_is_refused(string body) => Assert.That(await ReadAsync(body), Is.Null);

    [Test]
    public async Task A_parameter_sent_twice_has_no_value()
    {
        var parameters = Parameters.Parse("?a=1&b=2&a=3");

        Assert.That((parameters["a"], parameters["b"], parameters.Problem?.Code), Is.EqualTo(((string?)null, "2", "invalid_request")));
    }

    [TestCase(Form, ExpectedResult = true)]
    [TestCase("Application/X-WWW-Form-Urlencoded", ExpectedResult = true)]
    [TestCase(Form + ";charset=UTF-8", ExpectedResult = true)]
    [TestCase(Form + "; charset=\"utf-8\"", ExpectedResult = true)]
    [TestCase(Form + "; charset=iso-8859-1", ExpectedResult = false)]
    [TestCase(Form + "x", ExpectedResult = false)]
    [TestCase("multipart/form-data; boundary=x", ExpectedResult = false)]
    [TestCase("application/json", ExpectedResult = false)]
    [TestCase("", ExpectedResult = false)]
    [TestCase(null, ExpectedResult = false)]
    public bool Only_the_form_encoding_is_read(string? contentType) => OAuthForm.IsForm(contentType);

    [Test]
    public async Task A_body_that_is_too_long_is_refused_with_and_without_its_length()
    {
        var body = "a=" + new string('x', Parameters.MostBytes);

        Assert.That(await ReadAsync(body), Is.Null);
        Assert.That(await ReadAsync(body, withLength: false), Is.Null);
    }

    private static async Task<OAuthForm?> ReadAsync(string body, bool withLength = true)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var http = new DefaultHttpContext { Request = { ContentType = Form, Body = new MemoryStream(bytes), ContentLength = withLength ? bytes.Length : null } };
        return (await OAuthForm.ReadAsync(http.Request, CancellationToken.None)).Failed(out _, out var form) ? null : form;
    }
}
