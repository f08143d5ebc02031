#!/usr/bin/env bash
# What no tracked file may contain: paths of one machine, package hosts, unfinished work, ragged ends, tabs in C++.
set -euo pipefail

faults=0
self=tests/checks/texts.sh

# forbid WHAT PATTERN [PATHSPEC...]: every line of a tracked text file that matches is a fault.
forbid() {
    local what=$1 pattern=$2 found
    shift 2
    found=$(git -c safe.directory='*' grep -nIP -e "$pattern" -- "$@" ":!$self" || true)
    [[ -z $found ]] && return
    printf '%s\n' "$found" | sed "s|\$|    <- $what|"
    faults=1
}

ends_with_newline() {
    local file
    while IFS= read -r -d '' file; do
        [[ -s $file && $(tail -c 1 -- "$file" | od -An -tx1) != ' 0a' ]] || continue
        grep -qI . -- "$file" || continue
        printf '%s: does not end with a newline\n' "$file"
        faults=1
    done < <(git -c safe.directory='*' ls-files -z)
}

forbid 'a path of one machine' '(?<![\w.-])/(work|root)/|(?<![\w.-])/home/(?!\$)\w' .
forbid 'a package host' '\b(deb|security|snapshot|ftp\.\w+)\.debian\.org\b|\bregistry\.\w+\.\w+\b|\bproxy\.golang\.org\b' .
forbid 'unfinished work' '\b(TODO|FIXME|XXX|HACK)\b' .
forbid 'a tab' '\t' '*.cpp' '*.hpp' '*.sql'
forbid 'trailing white space' '[ \t]+$' '*.cpp' '*.hpp' '*.sql' '*.sh' 'dev' '*.txt' '*.cmake'
ends_with_newline
exit "$faults"
