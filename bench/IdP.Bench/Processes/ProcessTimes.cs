namespace IdP.Bench.Processes;

/// <summary>CPU time of a process as the system counts it, in hundredths of a second.</summary>
/// <param name="Own">User and system time of the process.</param>
/// <param name="Ended">Of its children that have ended.</param>
/// <param name="Parent">The parent's id.</param>
internal sealed record ProcessTimes(TimeSpan Own, TimeSpan Ended, int Parent)
{
    /// <returns>Null when there is no such process any more.</returns>
    public static ProcessTimes? Of(int id)
    {
        try
        {
            // proc(5): the name in parentheses may hold spaces; ppid is field 4, utime, stime, cutime and cstime are 14 to 17.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessTimes(Ticks(11), Ticks(13), int.Parse(fields[1]));

            TimeSpan Ticks(int at) => TimeSpan.FromMilliseconds(10 * (long.Parse(fields[at]) + long.Parse(fields[at + 1])));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A process and all its children, those that have ended too.</summary>
    public static TimeSpan OfFamily(int id)
    {
        if (Of(id) is not { } parent) return TimeSpan.Zero;
        var sum = parent.Own + parent.Ended;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var child) && Of(child) is { } times && times.Parent == id) sum += times.Own + times.Ended;
        }

        return sum;
    }
}
