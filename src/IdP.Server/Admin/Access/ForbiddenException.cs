namespace IdP.Server.Admin.Access;

/// <summary>
/// The actor has not the right. Like a broken rule of an input it ends an operation wherever it is noticed, so that no
/// operation can forget to pass it on; each door answers it once.
/// </summary>
internal sealed class ForbiddenException(string message) : Exception(message);
