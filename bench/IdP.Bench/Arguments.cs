namespace IdP.Bench;

/// <summary>What was asked for on the command line.</summary>
internal sealed record Arguments
{
    public const string Help = """
        dotnet run -c Release --project bench/IdP.Bench -- [operation…] [options]

        Operations (none: all of the first line):
          discovery jwks client_credentials client_credentials_rs256 authorize code refresh userinfo
          introspection introspection_reference signin
          start first latency memory gate rows console import  scenarios, run when they are named; "all" runs everything

        Options:
          --peer             also measure npm oidc-provider (run npm ci in bench/peer first)
          --postgres         the server on PostgreSQL instead of SQLite
          --seconds N        about how long one round of one program lasts (2)
          --requests N       requests of a round, instead of --seconds
          --rounds N         rounds of each program, taken in turns (5)
          --connections N    requests under way at once (8)
          --server PATH      another idp.dll, for example a published one
          --set NAME=VALUE   an environment variable of the server
          --rows N           people for the scenarios "rows", with ten times as many tokens, "console" and "import" (100000)
          --profile          print how to profile the server, and leave it running with the operation under load
        """;

    public List<string> Operations { get; } = [];

    public bool Peer { get; private set; }

    public bool Postgres { get; private set; }

    public bool Profile { get; private set; }

    public double Seconds { get; private set; } = 2;

    public int? Requests { get; private set; }

    public int Rounds { get; private set; } = 5;

    public int Connections { get; private set; } = 8;

    public int Rows { get; private set; } = 100_000;

    public string? Server { get; private set; }

    public Dictionary<string, string> Settings { get; } = [];

    public static Arguments Parse(string[] args)
    {
        var read = new Arguments();
        for (var i = 0; i < args.Length; i++)
        {
            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");
            switch (args[i])
            {
                case "--peer": read.Peer = true; break;
                case "--postgres": read.Postgres = true; break;
                case "--profile": read.Profile = true; break;
                case "--seconds": read.Seconds = double.Parse(Value()); break;
                case "--requests": read.Requests = int.Parse(Value()); break;
                case "--rounds": read.Rounds = int.Parse(Value()); break;
                case "--connections": read.Connections = int.Parse(Value()); break;
                case "--rows": read.Rows = int.Parse(Value()); break;
                case "--server": read.Server = Path.GetFullPath(Value()); break;
                case "--set":
                    var pair = Value().Split('=', 2);
                    read.Settings[pair[0]] = pair.ElementAtOrDefault(1) ?? "";
                    break;
                case "--help" or "-h": throw new ArgumentException("");
                case ['-', ..] unknown: throw new ArgumentException($"Unknown option {unknown}.");
                case var name: read.Operations.Add(name); break;
            }
        }

        return read;
    }
}
