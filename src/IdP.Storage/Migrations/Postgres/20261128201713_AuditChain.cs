using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdP.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AuditChain : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "seal",
                table: "audit_events",
                type: "character varying(80)",
                maxLength: 80,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "audit_checkpoints",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    begins = table.Column<long>(type: "bigint", nullable: false),
                    begins_hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    oldest = table.Column<long>(type: "bigint", nullable: false),
                    previous = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    signature = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_checkpoints", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "audit_links",
                columns: table => new
                {
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    event_id = table.Column<long>(type: "bigint", nullable: false),
                    checkpoint = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_links", x => x.sequence);
                });

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_actor_id",
                table: "audit_events",
                columns: new[] { "actor", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_event_id",
                table: "audit_events",
                columns: new[] { "event", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_reference",
                table: "audit_events",
                column: "reference",
                filter: "reference IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_audit_events_resource_id",
                table: "audit_events",
                columns: new[] { "resource", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_links_event_id",
                table: "audit_links",
                column: "event_id",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "audit_checkpoints");

            migrationBuilder.DropTable(
                name: "audit_links");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_actor_id",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_event_id",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_reference",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "IX_audit_events_resource_id",
                table: "audit_events");

            migrationBuilder.DropColumn(
                name: "seal",
                table: "audit_events");
        }
    }
}
