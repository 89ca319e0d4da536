using System.Net;
using IdP.Bench.Processes;

namespace IdP.Bench.Subjects;

/// <summary>The least that an operation can cost here: see <see cref="Floor.FloorServer"/>.</summary>
/// <param name="process">Runs it.</param>
/// <param name="address">Where it listens.</param>
/// <param name="sizes">Body lengths of the answers that it stands for.</param>
internal sealed class FloorSubject(BenchProcess process, Uri address, IReadOnlyDictionary<string, int> sizes) : Subject("floor", process, address)
{
    public override async Task<Func<int, Task>> PrepareAsync(string operation, int count)
    {
        var first = 0;
        if (operation is "code" or "refresh")
        {
            var answer = await SendAsync(new(HttpMethod.Get, new Uri(Address, $"prepare?count={count}")));
            first = int.Parse(answer.Expect(HttpStatusCode.OK).Body);
        }

        var size = sizes.GetValueOrDefault(operation);
        return async i =>
        {
            var answer = await SendAsync(new(HttpMethod.Get, new Uri(Address, $"{operation}?{size}&{first + i}")));
            if (answer.Expect(HttpStatusCode.OK).Body.Length != size) throw answer.Unexpected($"{size} characters");
        };
    }
}
