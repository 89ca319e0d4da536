namespace IdP.Server.Admin.Access;

/// <summary>What somebody may do in the administration. The scopes of API tokens are their names, as <c>people:read</c>.</summary>
internal enum Right
{
    /// <summary>See people, how far they are, and why they were asked.</summary>
    PeopleRead,

    /// <summary>Help people without a role: require, extend, unlock, reset, end sessions, turn off and on.</summary>
    PeopleSupport,

    /// <summary>Add and remove people, change who they are, their groups, claims and passwords, lift requirements.</summary>
    PeopleWrite,

    /// <summary>Give and take roles, and act on people who have one.</summary>
    RolesWrite,

    GroupsRead,

    GroupsWrite,

    ClientsRead,

    /// <summary>Register applications and change them, their secrets and their policies.</summary>
    ClientsWrite,

    PoliciesRead,

    /// <summary>Change ordered rules and drafts of policies.</summary>
    PoliciesWrite,

    SettingsRead,

    SettingsWrite,

    KeysRead,

    KeysWrite,

    MailRead,

    MailWrite,

    CampaignsRead,

    CampaignsWrite,

    AuditRead,

    /// <summary>See and revoke everybody's API tokens; each admin has their own without it.</summary>
    TokensWrite,
}
