using System.CommandLine;

namespace IdP.Server.Cli;

/// <summary><c>idp completion SHELL</c>: a script that asks the program itself what can follow.</summary>
internal static class CompletionCommand
{
    public const string Name = "completion";

    // The words up to the cursor, so that nothing hangs on where the program lies or what follows. Where the program has
    // nothing to say a name of a file is typed. What only Windows knows as a wish for help is left out.
    private const string Bash = """
        # For ~/.bashrc: source <(idp completion bash)
        _idp_complete() {
            local line="idp" word program="${COMP_WORDS[0]/#\~\//$HOME/}"
            for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do line+=" $word"; done
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("$program" "[suggest:${#line}]" "$line" 2>/dev/null | grep -v '?\|^/')" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _idp_complete idp
        """;

    private const string Zsh = """
        #compdef idp
        # For ~/.zshrc, after compinit: source <(idp completion zsh); or as a file named _idp in a folder of $fpath.
        _idp() {
            local line="idp ${(j: :)words[2,CURRENT]}" program=${words[1]/#\~\//$HOME/}
            local -a found
            found=(${(f)"$($program "[suggest:${#line}]" "$line" 2>/dev/null)"})
            found=(${found:#(*\?|/*)})
            compadd -- $found || _files
        }
        if [[ $funcstack[1] == _idp ]]; then _idp "$@"; else compdef _idp idp; fi
        """;

    private const string Fish = """
        # For ~/.config/fish/config.fish: idp completion fish | source
        function __idp_complete
            set -l words (commandline -opc)
            set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
            set -l line "idp "(string join " " -- $words[2..-1] (commandline -ct))
            set -l found ($program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null | string match -rv '\?|^/')
            string match -q -- (commandline -ct)"*" $found; and printf '%s\n' $found; or __fish_complete_path (commandline -ct)
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
