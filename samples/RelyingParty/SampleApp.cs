using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Sessions;

namespace Samples.RelyingParty;

/// <summary>What one sample app is called, where it listens and what it shows to someone who is signed in.</summary>
/// <param name="Name">Shown as the heading of every page.</param>
/// <param name="ClientId">
/// The client it is registered as; also the start of its cookie names, because browsers share cookies between the ports
/// of one host (RFC 6265 §8.5).
/// </param>
/// <param name="Port">The loopback port it listens on unless <c>Urls</c> is configured.</param>
/// <param name="Purpose">One sentence for people who are not signed in yet.</param>
/// <param name="Content">The part of the page that is the app itself.</param>
/// <param name="Api">The API that it calls on behalf of people; null: none.</param>
public sealed record SampleApp(
    string Name, string ClientId, int Port, string Purpose, Func<AppSession, Html> Content, UsedApi? Api = null);

/// <summary>An API that an app calls.</summary>
/// <param name="Resource">Where it is, which is also what it is called in <c>resource</c> and <c>aud</c> (RFC 8707 §2).</param>
/// <param name="Scopes">What the app wants to do there, separated by spaces.</param>
public sealed record UsedApi(string Resource, string Scopes);
