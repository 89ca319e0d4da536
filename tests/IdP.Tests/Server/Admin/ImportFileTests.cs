using IdP.Server.Admin;
using IdP.Server.Admin.Users.Import;

namespace IdP.Tests.Server.Admin;

/// <summary>What can be wrong in a file of people, found without the database.</summary>
internal sealed class ImportFileTests
{
    [TestCase("", 0, null)]
    [TestCase("username", 0, null)]
    [TestCase("name\nx", 1, "name")]
    [TestCase("username,password\nx,secret", 1, "password")]
    [TestCase("username,username\nx,y", 1, "username")]
    [TestCase("email\nx@example.com", 1, "username")]
    [TestCase("username,email\nfirst,\nx,no address", 3, "email")]
    [TestCase("username,email\nx", 2, null)]
    [TestCase("username\nfirst\n\"x", 3, null)]
    [TestCase("username\nx\"y\nlast", 2, null)]
    [TestCase("username\n\"x\"y,z\nlast", 2, null)]
    [TestCase("username\nX\nx", 3, "username")]
    [TestCase("username,email\nx,y@example.com\nY@example.com,z@example.com", 3, "username")]
    [TestCase("username,displayName\n\"x\",\"a\"\"\r\nb\"\r\n,\r\n", 2, "displayName")]
    [TestCase("username\n \n", 2, "username")]
    [TestCase("username\nx\u0007y", 2, "username")]
    [TestCase("username,verification\nx,perhaps", 2, "verification")]
    [TestCase("username,emailVerified\nx,1", 2, "emailVerified")]
    [TestCase("username,locale\nx,not a language", 2, "locale")]
    [TestCase("username,zoneInfo\nx,Nowhere/Land", 2, "zoneInfo")]
    [TestCase("username,roles\nx,boss", 2, "roles")]
    public void What_is_wrong_is_told_with_its_line(string file, int line, string? column)
    {
        var (_, problems) = ImportFile.Read(file, Actor.CommandLine);

        Assert.That(problems, Is.Not.Empty);
        Assert.That((problems[0].Line, problems[0].Column), Is.EqualTo((line, column)), problems[0].ToString());
    }

    [Test]
    public void A_file_has_no_more_people_than_can_be_looked_at()
    {
        var (rows, problems) = ImportFile.Read("username\n" + string.Join('\n', Enumerable.Range(0, ImportFile.MostRows + 5)), Actor.CommandLine);

        Assert.That(rows, Has.Count.EqualTo(ImportFile.MostRows));
        Assert.That(problems.Single().Line, Is.EqualTo(ImportFile.MostRows + 2));
    }

    [Test]
    public void What_was_quoted_is_read_as_it_was_meant()
    {
        var csv = new CsvReader("\uFEFFa;b\r\n\"1;\"\"2\r\n3\";\r\n\r\n;4");

        Assert.That(csv.Read()!.Cells, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(csv.Read()!.Cells, Is.EqualTo(new[] { "1;\"2\r\n3", "" }));
        var last = csv.Read()!;
        Assert.That(last.Cells, Is.EqualTo(new[] { "", "4" }));
        Assert.That(last.Line, Is.EqualTo(5));
        Assert.That(csv.Read(), Is.Null);
    }

    [TestCase("plain", "plain")]
    [TestCase("=1+1", "'=1+1")]
    [TestCase("@SUM(A1)", "'@SUM(A1)")]
    [TestCase("-2", "'-2")]
    [TestCase("\t=1", "\"'\t=1\"")]
    [TestCase("\uFF1D1", "'\uFF1D1")]
    [TestCase("a,b", "\"a,b\"")]
    [TestCase("a;b", "\"a;b\"")]
    [TestCase("say \"x\"", "\"say \"\"x\"\"\"")]
    [TestCase("two\nlines", "\"two\nlines\"")]
    [TestCase(null, "")]
    public void A_spreadsheet_runs_nothing(string? cell, string expected) => Assert.That(Csv.Line([cell]), Is.EqualTo(expected + "\r\n"));
}
