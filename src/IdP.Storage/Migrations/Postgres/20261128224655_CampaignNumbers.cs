using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdP.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class CampaignNumbers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "closed_with",
                table: "campaigns",
                type: "character varying(128)",
                maxLength: 128,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_outbox_messages_kind_user_id_created_at_state",
                table: "outbox_messages",
                columns: new[] { "kind", "user_id", "created_at", "state" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_outbox_messages_kind_user_id_created_at_state",
                table: "outbox_messages");

            migrationBuilder.DropColumn(
                name: "closed_with",
                table: "campaigns");
        }
    }
}
