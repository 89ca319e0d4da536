using Samples.Payroll;
using Samples.RelyingParty;

return await SampleHost.RunAsync(PayrollApp.Build, args);
