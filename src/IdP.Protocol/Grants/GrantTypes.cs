using System.Collections.Frozen;

namespace IdP.Protocol.Grants;

/// <summary>The grants that are registered.</summary>
internal sealed class GrantTypes(IEnumerable<IGrant> grants)
{
    private readonly FrozenDictionary<string, IGrant> byName = grants.ToFrozenDictionary(g => g.GrantType, StringComparer.Ordinal);

    public IEnumerable<string> Names => byName.Keys.Order(StringComparer.Ordinal);

    public IGrant? Find(string grantType) => byName.GetValueOrDefault(grantType);
}
