using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace IdP.Testing;

/// <summary>What a browser would send for a form.</summary>
public sealed record HtmlForm(bool IsPost, Uri Action, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>Fills in a form of a page, as <see cref="UserAgent.SubmitAsync"/> does before it sends it.</summary>
    public static HtmlForm Fill(Exchange page, IReadOnlyDictionary<string, string> values, string? button, string? selector)
    {
        var form = Find(page, values, button, selector);
        var submitter = button is null
            ? form.Elements.FirstOrDefault(IsSubmitter)
            : Matching(form, button) ?? throw Missing(page, $"a button {button}");
        var fields = form.Elements.SelectMany(element => Entries(element, submitter)).ToList();
        var unknown = values.Keys.FirstOrDefault(name => !form.Elements.Any(element => element.GetAttribute("name") == name));
        if (unknown is not null) throw Missing(page, $"a field {unknown}");

        fields.RemoveAll(field => values.ContainsKey(field.Key));
        fields.AddRange(values);
        var action = submitter?.GetAttribute("formaction") ?? form.GetAttribute("action");
        return new HtmlForm(
            string.Equals(form.GetAttribute("method"), "post", StringComparison.OrdinalIgnoreCase),
            string.IsNullOrEmpty(action) ? page.Uri : new Uri(page.Uri, action),
            fields);
    }

    private static IHtmlFormElement Find(
        Exchange page, IReadOnlyDictionary<string, string> values, string? button, string? selector) =>
        page.Page.Forms.FirstOrDefault(form => selector is null
            ? values.Keys.All(name => form.Elements.Any(element => element.GetAttribute("name") == name))
                && (button is null || Matching(form, button) is not null)
            : form.Matches(selector)) ?? throw Missing(page, selector ?? $"a form with {string.Join(", ", values.Keys)} {button}");

    private static IElement? Matching(IHtmlFormElement form, string button) =>
        form.Elements.FirstOrDefault(element => IsSubmitter(element) && element.Matches(button));

    private static bool IsSubmitter(IElement element) => element switch
    {
        IHtmlButtonElement button => button.Type == "submit" && !button.IsDisabled,
        IHtmlInputElement input => input.Type is "submit" or "image" && !input.IsDisabled,
        _ => false,
    };

    // HTML, "constructing the entry list": names only, nothing disabled, no other button, boxes when checked.
    private static IEnumerable<KeyValuePair<string, string>> Entries(IElement element, IElement? submitter)
    {
        if (element.GetAttribute("name") is not { Length: > 0 } name || element.HasAttribute("disabled")) return [];
        return element switch
        {
            IHtmlButtonElement button => button == submitter ? [KeyValuePair.Create(name, button.Value)] : [],
            IHtmlInputElement { Type: "submit" or "image" or "button" or "reset" } input =>
                input == submitter ? [KeyValuePair.Create(name, input.Value)] : [],
            IHtmlInputElement { Type: "checkbox" or "radio" } input =>
                input.IsChecked ? [KeyValuePair.Create(name, input.GetAttribute("value") ?? "on")] : [],
            IHtmlInputElement { Type: "file" } => [],
            IHtmlInputElement input => [KeyValuePair.Create(name, input.Value)],
            IHtmlTextAreaElement area => [KeyValuePair.Create(name, area.Value)],
            IHtmlSelectElement select => select.Options.Where(option => option.IsSelected && !option.IsDisabled)
                .Select(option => KeyValuePair.Create(name, option.Value)),
            _ => [],
        };
    }

    private static InvalidOperationException Missing(Exchange page, string what) => new($"The page lacks {what}: {page}");
}
