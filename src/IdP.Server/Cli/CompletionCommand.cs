using System.CommandLine;

namespace IdP.Server.Cli;

/// <summary><c>idp completion SHELL</c>: a script that asks the program itself what can follow.</summary>
internal static class CompletionCommand
{
    public const string Name = "completion";

    // The words up to the cursor, so that nothing hangs on where the program lies or what follows.
    private const string Bash = """
        # For ~/.bashrc: source <(idp completion bash)
        _idp_complete() {
            local line="idp" word
            for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do line+=" $word"; done
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _idp_complete idp
        """;

    private const string Zsh = """
        #compdef idp
        # For ~/.zshrc, after compinit: source <(idp completion zsh)
        _idp() {
            local line="idp ${(j: :)words[2,CURRENT]}"
            local -a found
            found=("${(@f)$(${words[1]} "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -- $found
        }
        compdef _idp idp
        """;

    private const string Fish = """
        # For ~/.config/fish/config.fish: idp completion fish | source
        function __idp_complete
            set -l words (commandline -opc)
            set -l line "idp "(string join " " -- $words[2..-1] (commandline -ct))
            $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c idp -f -a '(__idp_complete)'
        """;

    public static Command Create(CommandOutput output)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command(Name, "Prints a script that completes verbs and options in a shell.") { shell };
        command.SetAction(parsed =>
        {
            output.Raw(parsed.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish } + "\n");
            return ExitCode.Done;
        });
        return command;
    }
}
