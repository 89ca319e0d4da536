using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdP.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class PolicyRules : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_authorizations_client_id",
                table: "authorizations");

            migrationBuilder.AddColumn<string>(
                name: "draft",
                table: "resource_policies",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "address",
                table: "authorizations",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "policy_reports",
                columns: table => new
                {
                    resource = table.Column<string>(type: "TEXT", maxLength: 160, nullable: false),
                    day = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<string>(type: "TEXT", nullable: false),
                    live = table.Column<bool>(type: "INTEGER", nullable: false),
                    draft = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_policy_reports", x => new { x.resource, x.day, x.user_id });
                    table.ForeignKey(
                        name: "FK_policy_reports_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_authorizations_client_id_created_at",
                table: "authorizations",
                columns: new[] { "client_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "IX_policy_reports_user_id",
                table: "policy_reports",
                column: "user_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "policy_reports");

            migrationBuilder.DropIndex(
                name: "IX_authorizations_client_id_created_at",
                table: "authorizations");

            migrationBuilder.DropColumn(
                name: "draft",
                table: "resource_policies");

            migrationBuilder.DropColumn(
                name: "address",
                table: "authorizations");

            migrationBuilder.CreateIndex(
                name: "IX_authorizations_client_id",
                table: "authorizations",
                column: "client_id");
        }
    }
}
