using IdP.Verification.SignIn;

namespace IdP.Server.Pages;

/// <summary>What every page of a flow needs: who is there, for what, what comes next, and the words for it.</summary>
internal sealed record Visit(CurrentSignIn Current, SignInFlow Flow, SignInTargets Targets, Words Words, LocalTime Time);
