using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdP.Storage.Migrations.Sqlite
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
                type: "TEXT",
                maxLength: 128,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_users_progress",
                table: "users",
                columns: new[] { "id", "last_sign_in_at", "disabled_at" });

            migrationBuilder.CreateIndex(
                name: "IX_outbox_messages_kind_user_id_created_at_state",
                table: "outbox_messages",
                columns: new[] { "kind", "user_id", "created_at", "state" });

            migrationBuilder.CreateIndex(
                name: "IX_enrollments_progress",
                table: "enrollments",
                columns: new[] { "user_id", "required_at", "deadline", "must_enroll", "locked_at", "skips" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_users_progress",
                table: "users");

            migrationBuilder.DropIndex(
                name: "IX_outbox_messages_kind_user_id_created_at_state",
                table: "outbox_messages");

            migrationBuilder.DropIndex(
                name: "IX_enrollments_progress",
                table: "enrollments");

            migrationBuilder.DropColumn(
                name: "closed_with",
                table: "campaigns");
        }
    }
}
