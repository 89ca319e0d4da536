using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Outbox;

/// <summary>A mail's words as an admin changed them; without a row the shipped ones hold.</summary>
public sealed class MailTemplate
{
    /// <summary>Which mail: <c>E1</c>, …</summary>
    public required string Kind { get; init; }

    /// <summary>BCP 47 tag, such as <c>en</c>.</summary>
    public required string Language { get; init; }

    public required string Subject { get; set; }

    /// <summary>Plain text with placeholders in braces; the HTML form is made from it.</summary>
    public required string Text { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class MailTemplateMapping : IEntityTypeConfiguration<MailTemplate>
{
    public void Configure(EntityTypeBuilder<MailTemplate> template)
    {
        template.ToTable("mail_templates");
        template.HasKey(t => new { t.Kind, t.Language });
        template.Property(t => t.Kind).HasMaxLength(16);
        template.Property(t => t.Language).HasMaxLength(16);
        template.Property(t => t.Subject).HasMaxLength(256);
    }
}
