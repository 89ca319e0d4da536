using Samples.Demo;

return await DemoRun.RunAsync(args);
