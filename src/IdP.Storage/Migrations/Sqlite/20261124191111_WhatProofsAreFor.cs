using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdP.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class WhatProofsAreFor : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "password_for",
                table: "sessions",
                type: "TEXT",
                maxLength: 43,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "verified_for",
                table: "sessions",
                type: "TEXT",
                maxLength: 43,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "password_for",
                table: "pending_sign_ins",
                type: "TEXT",
                maxLength: 43,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "verified_at",
                table: "pending_sign_ins",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "verified_for",
                table: "pending_sign_ins",
                type: "TEXT",
                maxLength: 43,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "password_for",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "verified_for",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "password_for",
                table: "pending_sign_ins");

            migrationBuilder.DropColumn(
                name: "verified_at",
                table: "pending_sign_ins");

            migrationBuilder.DropColumn(
                name: "verified_for",
                table: "pending_sign_ins");
        }
    }
}
