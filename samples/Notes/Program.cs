using Samples.Notes;
using Samples.RelyingParty;

return await SampleHost.RunAsync(NotesApp.Build, args);
