using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IdP.Bench.Floor;

/// <summary>
/// Kestrel answering a constant of the same size, with the signatures that the operation needs and, where it must not
/// lose anything, its statements in one durable commit. Nothing is parsed, checked or decided.
/// </summary>
internal static class FloorServer
{
    private const int Iterations = 210_000;

    private static readonly ECDsa Ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly RSA Rsa = RSA.Create(2048);

    // About as long as the header and payload of an access token.
    private static readonly byte[] Payload = new byte[480];
    private static readonly byte[] Signature = Ec.SignData(Payload, HashAlgorithmName.SHA256);

    public static async Task RunAsync(string address, string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        await using var app = builder.Build();
        await using var store = new FloorStore(Path.Combine(folder, "floor.db"));
        app.Run(http => AnswerAsync(http, store));
        await app.RunAsync();
    }

    private static async Task AnswerAsync(HttpContext http, FloorStore store)
    {
        // ?SIZE&NUMBER
        var query = http.Request.QueryString.Value ?? "";
        var and = query.IndexOf('&', StringComparison.Ordinal);
        var number = and < 0 ? 0 : int.Parse(query.AsSpan(and + 1));
        switch (http.Request.Path.Value)
        {
            case "/prepare":
                var first = await store.PrepareAsync(int.Parse(query.AsSpan("?count=".Length)));
                await http.Response.WriteAsync(first.ToString());
                return;
            case "/client_credentials":
                SignEc();
                break;
            case "/client_credentials_rs256":
                Span<byte> signature = stackalloc byte[256];
                Rsa.SignData(Payload, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                break;
            case "/authorize":
                store.ReadSession();
                await store.AuthorizeAsync();
                break;
            case "/code":
                store.ReadCode(number);
                SignEc();
                SignEc();
                await store.RedeemAsync(number);
                break;
            case "/refresh":
                store.ReadRefreshToken(number);
                SignEc();
                SignEc();
                await store.RefreshAsync(number);
                break;
            case "/userinfo" or "/introspection":
                if (!Ec.VerifyData(Payload, Signature, HashAlgorithmName.SHA256)) throw new CryptographicException("It was signed a moment ago.");
                store.ReadGrant();
                break;
            case "/introspection_reference":
                store.ReadReference();
                break;
            case "/signin":
                Rfc2898DeriveBytes.Pbkdf2("correct horse battery staple", Payload.AsSpan(0, 16), Iterations, HashAlgorithmName.SHA512, 64);
                break;
            default:
                break;
        }

        await ConstantAsync(http, int.Parse(and < 0 ? query.AsSpan(1) : query.AsSpan(1, and - 1)));
    }

    private static void SignEc()
    {
        Span<byte> signature = stackalloc byte[64];
        Ec.SignData(Payload, signature, HashAlgorithmName.SHA256);
    }

    private static readonly byte[] Text = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));

    private static ValueTask ConstantAsync(HttpContext http, int size)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentLength = size;
        return new(http.Response.Body.WriteAsync(Text, 0, size));
    }
}
