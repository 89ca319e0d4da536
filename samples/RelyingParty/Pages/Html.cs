using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Samples.RelyingParty.Pages;

/// <summary>Markup. Text that is put into it is encoded; only other markup goes in as it is.</summary>
public sealed class Html
{
    private readonly string markup;

    private Html(string markup) => this.markup = markup;

    public static Html Empty { get; } = new("");

    /// <summary>Makes markup of an interpolated string: the string is markup, its holes are text.</summary>
    public static Html Of(Interpolated template) => new(template.Markup);

    public override string ToString() => markup;

    /// <summary>What the compiler makes of <c>Html.Of($"…")</c>.</summary>
    [InterpolatedStringHandler]
    public sealed class Interpolated(int literalLength, int formattedCount)
    {
        private readonly StringBuilder text = new(literalLength + (formattedCount * 32));

        internal string Markup => text.ToString();

        public void AppendLiteral(string value) => text.Append(value);

        public void AppendFormatted(string? value) => text.Append(HtmlEncoder.Default.Encode(value ?? ""));

        public void AppendFormatted(int value) => text.Append(value);

        public void AppendFormatted(Html? value) => text.Append(value?.markup);

        public void AppendFormatted(IEnumerable<Html> values) => text.AppendJoin('\n', values);
    }
}
