namespace Samples.RelyingParty.Provider;

/// <summary>
/// The provider cannot be reached, or answered with something that this client must not accept. The message is a
/// sentence; it is shown to the person and holds no secret.
/// </summary>
internal sealed class ProviderException(string message, Exception? inner = null) : Exception(message, inner);
