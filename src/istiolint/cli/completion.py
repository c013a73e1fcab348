"""`istiolint completion SHELL`: the completion script of a shell.

click returns the completions, one `type,value` per line. The scripts of click itself lose values after `--option=` and commas,
and subcommands where a path is also possible.
"""

import click

_BASH = """\
_istiolint_completion() {
    local IFS=$'\\n' current=${COMP_WORDS[COMP_CWORD]} type value number
    local -a words=("${COMP_WORDS[0]}") answers
    for ((number = 1; number < COMP_CWORD; number++)); do
        [[ ${COMP_WORDS[number]} == "=" ]] || words+=("${COMP_WORDS[number]}")
    done
    [[ $current == "=" ]] && current=""
    words+=("$current")
    answers=($(env COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1)) _ISTIOLINT_COMPLETE=bash_complete "$1"))
    COMPREPLY=()
    for answer in "${answers[@]}"; do
        IFS=',' read -r type value <<< "$answer"
        case $type in
            plain) COMPREPLY+=("$value") ;;
            dir) compopt -o filenames 2> /dev/null; COMPREPLY+=($(compgen -d -- "$current")) ;;
            file) compopt -o filenames 2> /dev/null; COMPREPLY+=($(compgen -f -- "$current")) ;;
        esac
    done
}
complete -o nosort -F _istiolint_completion istiolint 2> /dev/null || complete -F _istiolint_completion istiolint
"""
_ZSH = """\
#compdef istiolint

_istiolint_completion() {
    local -a values described answers before=("${(@)words[1,CURRENT-1]}")
    local type value text option="" current=${words[CURRENT]}
    (( ! $+commands[istiolint] )) && return 1
    if [[ $current == -*=* ]]; then
        option=${current%%=*}
        before+=("$option")
        option+="="
        current=${current#*=}
    fi
    answers=("${(@f)$(env COMP_WORDS="$before $current" COMP_CWORD=$#before _ISTIOLINT_COMPLETE=zsh_complete istiolint)}")
    for type value text in "${answers[@]}"; do
        case $type in
            plain) if [[ $text == "_" ]]; then values+=("$option$value"); else described+=("$value:$text"); fi ;;
            dir) compset -P '-*='; _path_files -/ ;;
            file) compset -P '-*='; _path_files -f ;;
        esac
    done
    [[ -n $described ]] && _describe -V unsorted described -U
    [[ -n $values ]] && compadd -U -V unsorted -a values
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _istiolint_completion "$@"
else
    compdef _istiolint_completion istiolint
fi
"""
_FISH = """\
function _istiolint_completion
    set -l before (string escape -- (commandline -opc))
    set -l token (commandline -ct)
    set -l option (string match --regex -- '^--[^=]+=' $token)
    if test -n "$option"
        set -a before (string trim --right --chars "=" -- $option)
        set token (string sub --start (math (string length -- $option) + 1) -- $token)
    end
    for answer in (env _ISTIOLINT_COMPLETE=fish_complete COMP_WORDS="$before $token" COMP_CWORD="$token" istiolint)
        set -l parts (string split --max 1 "," $answer)
        switch $parts[1]
            case plain
                echo "$option$parts[2]"
            case dir
                for path in (__fish_complete_directories $parts[2])
                    echo "$option$path"
                end
            case file
                for path in (__fish_complete_path $parts[2])
                    echo "$option$path"
                end
        end
    end
end
complete --no-files --command istiolint --arguments "(_istiolint_completion)"
"""
_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


@click.command(short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(list(_SCRIPTS)))
def completion(shell: str) -> None:
    """Print a completion script: `source <(istiolint completion bash)`."""
    click.echo(_SCRIPTS[shell], nl=False)
