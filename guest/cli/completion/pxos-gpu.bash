# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for pxos-gpu(1).
#
# Options are asked of the program itself, so they cannot be other than its own.

_pxos_gpu()
{
    local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} words

    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="run compile explain help --help --version --list-gpus"
    elif [ "$command" = help ]; then
        words="run compile explain"
    elif [ "$last" = --emit ] || [ "$last" = -e ]; then
        words="spirv spvasm json"
    elif [[ $word == -* ]]; then
        words=$("$program" help "$command" 2>/dev/null | sed -n 's/^  \(-.,\|   \) \(--[a-z-]*\).*/\2/p')
    else
        compopt -o filenames -o default 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -X '!*.@(px|json)' -- "$word"; compgen -d -- "$word")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _pxos_gpu pxos-gpu
